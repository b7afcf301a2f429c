/** Handshakes that never end, and sockets that never say hello, by the thousand: whoever is honest still comes in. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { dial, passes } from "../faults/socket.ts";
import { World } from "../faults/world.ts";
import { Child } from "../support/child.ts";
import type { Figures } from "../support/figures.ts";
import type { SlowCommands, SlowOptions } from "./slow-driver.ts";

/** So many of each kind; and honest ones, one after another. */
const sizes = {
  /** Of a plain test: it asks for no times. */
  test: { each: 100, honest: 4, pauseMs: 0 },
  ci: { each: 500, honest: 20, pauseMs: 250 },
  full: { each: 5000, honest: 60, pauseMs: 250 },
};

/** How long it takes honest people to come in meanwhile: a session, a socket and the welcome. */
export async function slowHandshakes(size: keyof typeof sizes, figures: Figures): Promise<void> {
  const { each, honest, pauseMs } = sizes[size];
  await World.run({ sockets: 2 * each + 1000 }, async ({ target, site }) => {
    const options: SlowOptions = { ...target, each };
    const driver = await Child.start<SlowCommands>("hostile/slow-driver", options);
    try {
      const origin = `http://${target.host}:${target.port}`;
      // The first while all of the others come.
      const [first] = await Promise.all([comeIn(origin, 0), driver.ask("begin")]);
      const seconds = [first];
      for (let person = 1; person < honest; person++) {
        await sleep(pauseMs);
        seconds.push(await comeIn(origin, person));
      }
      const counts = await driver.ask("counts");
      await driver.ask("end");
      const { errors, closes } = await site.ask("figures");
      seconds.sort((a, b) => a - b);
      figures.note("dribbling handshakes that stand", counts.dribbling);
      figures.note("silent sockets that stand", counts.silent);
      figures.note("cut off meanwhile", counts.cut);
      figures.note("refused meanwhile", counts.refused);
      figures.note("closed without a hello", closes.helloTimeout ?? 0);
      figures.equal("errors logged", errors.length, 0);
      figures.equal("honest people who came in", seconds.length, honest);
      figures.note("they took, in the median", seconds[honest >> 1] ?? 0, "s");
      // Of a shared machine no time is asked.
      const most = seconds.at(-1) ?? 0;
      if (size === "full") figures.atMost("they took, at most", most, 1, "s");
      else figures.note("they took, at most", most, "s");
    } finally {
      await driver.kill();
    }
  });
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
