/** Handshakes that never end, and sockets that never say hello, by the thousand: whoever is honest still comes in. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../faults/child.ts";
import type { Figures } from "../faults/figures.ts";
import { dial, passes } from "../faults/socket.ts";
import { World } from "../faults/world.ts";
import type { SlowCommands, SlowOptions } from "./slow-driver.ts";

export interface SlowSize {
  /** So many of each kind. */
  readonly each: number;
  /** Honest ones, one after another. */
  readonly honest: number;
  readonly pauseMs: number;
}

/** Measures how long it takes honest people to come in meanwhile: a session, a socket and the welcome. */
export async function slowHandshakes(
  { each, honest, pauseMs }: SlowSize,
  figures: Figures,
): Promise<number[]> {
  const seconds: number[] = [];
  await World.run({ sockets: 2 * each + 1000 }, async ({ target, site }) => {
    const options: SlowOptions = { ...target, each };
    const driver = await Child.start<SlowCommands>("../hostile/slow-driver", options);
    try {
      const origin = `http://${target.host}:${target.port}`;
      // The first while all of the others come.
      const [first] = await Promise.all([comeIn(origin, 0), driver.ask("begin")]);
      seconds.push(first);
      for (let person = 1; person < honest; person++) {
        await sleep(pauseMs);
        seconds.push(await comeIn(origin, person));
      }
      const counts = await driver.ask("counts");
      figures.note("dribbling handshakes that stand", counts.dribbling);
      figures.note("silent sockets that stand", counts.silent);
      figures.note("cut off meanwhile", counts.cut);
      await driver.ask("end");
      const { errors, closes } = await site.ask("figures");
      figures.equal("errors logged", errors.length, 0);
      figures.note("closed without a hello", closes.helloTimeout ?? 0);
    } finally {
      await driver.kill();
    }
  });
  return seconds;
}

async function comeIn(origin: string, person: number): Promise<number> {
  const start = performance.now();
  // Of addresses that the others do not have.
  const [pass] = await passes(origin, person * 50, 1);
  if (!pass) throw new Error("no session");
  const socket = dial(`${origin.replace("http", "ws")}/_violet/socket`, pass);
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "hello", protocol: 1, csrf: pass.csrf, stores: [] }));
  const [data] = (await once(socket, "message")) as [Buffer];
  const text = data.toString();
  if (!text.startsWith('{"type":"welcome"')) throw new Error(`no welcome: ${text}`);
  const seconds = (performance.now() - start) / 1000;
  socket.close();
  return seconds;
}

/** The run of `npm run test:hostile`: at full size 5,000 of each kind. */
export async function slowHandshakesRun(size: "ci" | "full", figures: Figures): Promise<void> {
  const each = size === "full" ? 5000 : 500;
  const seconds = await slowHandshakes({ each, honest: size === "full" ? 60 : 20, pauseMs: 250 }, figures);
  figures.note(
    "honest people, in the median",
    seconds.toSorted((a, b) => a - b)[seconds.length >> 1] ?? 0,
    "s",
  );
  // Of a shared machine no time is asked.
  const most = Math.max(...seconds);
  if (size === "full") figures.atMost("honest people, at most", most, 1, "s");
  else figures.note("honest people, at most", most, "s");
}
