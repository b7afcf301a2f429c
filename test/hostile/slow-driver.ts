/** Many that come and then say nothing, or nearly nothing: a process of its own. Whoever is cut off comes again. */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { answer, given, needDescriptors } from "../support/child.ts";
import { handshakeText } from "../support/upgrade.ts";

export interface SlowOptions {
  readonly host: string;
  readonly port: number;
  /** So many handshakes that never end, and as many sockets that never say hello. */
  readonly each: number;
}

/** By default a server takes so many sockets from an address. */
const PER_ADDRESS = 100;
/** A dribbling one sends a header so often. */
const DRIP_MS = 1000;
/** Who was cut off comes again within this time. */
const AGAIN_MS = 1000;
/** How often a condition is looked at. */
const LOOK_MS = 50;

const { host, port, each } = given<SlowOptions>();
needDescriptors(2 * each);

type Kind = "dribbling" | "silent";

/** Those that stand, those that were cut off, and those that were refused. */
const counts = { dribbling: 0, silent: 0, cut: 0, refused: 0 };
const sockets = new Set<Socket>();
let isOn = true;

const whole = handshakeText(`${host}:${port}`);
/** Without its end: header lines may follow for ever. */
const begun = whole.slice(0, -"\r\n".length);

function come(number: number, kind: Kind) {
  const place = Math.floor(number / PER_ADDRESS);
  const localAddress = `127.2.${Math.floor(place / 250)}.${(place % 250) + 1}`;
  const socket = connect({ host, port, localAddress });
  let stands = false;
  const stand = () => {
    stands = true;
    counts[kind]++;
  };
  sockets.add(socket);
  socket.once("connect", () => {
    socket.write(kind === "silent" ? whole : begun);
    if (kind === "dribbling") stand();
  });
  // Of a silent one the first is the answer; what follows, the close frame even, is not answered.
  socket.once("data", (data) => {
    if (kind === "silent" && String(data).startsWith("HTTP/1.1 101")) stand();
    else if (kind === "silent") counts.refused++;
    socket.resume();
  });
  socket.on("error", () => {});
  socket.once("close", () => {
    sockets.delete(socket);
    if (stands) counts[kind]--;
    if (stands) counts.cut++;
    if (isOn) setTimeout(() => isOn && come(number, kind), Math.random() * AGAIN_MS);
  });
  if (kind === "dribbling") dribbling.push(socket);
}

let dribbling: Socket[] = [];
setInterval(() => {
  dribbling = dribbling.filter(({ destroyed }) => !destroyed);
  for (const socket of dribbling) if (socket.writable) socket.write("X-Slow: 1\r\n");
}, DRIP_MS);

const commands = {
  ready() {},
  /** Resolves when all have been there. */
  async begin() {
    for (let number = 0; number < each; number++) {
      come(number, "dribbling");
      come(each + number, "silent");
    }
    while (counts.dribbling + counts.silent + counts.cut < 2 * each) await sleep(LOOK_MS);
  },
  counts: () => counts,
  end() {
    isOn = false;
    for (const socket of sockets) socket.destroy();
  },
};

export type SlowCommands = typeof commands;

answer(commands);
