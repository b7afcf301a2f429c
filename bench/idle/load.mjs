// Sockets that are opened, greeted and then left alone: 100 from each loopback address.
import { systemClock } from "../../lib/server/clock.js";
import { randomId, Signer } from "../../lib/server/secret.js";
import { Tokens } from "../../lib/server/tokens.js";
import { open, textFrame } from "../support/client.mjs";
import { SECRET } from "./secret.mjs";

const PER_ADDRESS = 100;

const [candidate, port] = [process.argv[2], Number(process.argv[3])];
const isViolet = candidate === "violet";

/** What a Chromium sends with an upgrade. */
const headersWith = (cookie) =>
  [
    "pragma: no-cache",
    "cache-control: no-cache",
    "user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    `origin: http://127.0.0.1:${port}`,
    "accept-encoding: gzip, deflate, br, zstd",
    "accept-language: en-GB,en;q=0.9",
    `cookie: ${cookie}`,
    "sec-websocket-extensions: permessage-deflate; client_max_window_bits",
    "",
  ].join("\r\n");

/** Each socket is of a session of its own: signed here, so that the server has had no other work before the first reading. */
const tokens = new Tokens(new Signer([SECRET]), systemClock);
function session() {
  const id = randomId();
  return {
    cookie: `violet-session=${tokens.seal("session", 3600, id)}`,
    hello: JSON.stringify({
      type: "hello",
      protocol: 1,
      csrf: tokens.csrf(id),
      stores: [{ store: "chat", life: 1 }],
    }),
  };
}

const sockets = [];
let [upgraded, greeted] = [0, 0];
let awaited;

const arrived = (count) => {
  if (count === sockets.length) awaited();
};
const all = () => new Promise((resolve) => (awaited = resolve));

function connect() {
  const index = sockets.length;
  const { cookie, hello } = session();
  const block = Math.floor(index / PER_ADDRESS);
  const socket = open({
    port,
    path: "/_violet/socket",
    headers: headersWith(cookie),
    localAddress: `127.0.${1 + (block >> 7)}.${1 + (block & 127)}`,
    onOpen: () => arrived(++upgraded),
    onFrame(bytes, from, to) {
      const text = bytes.toString("utf8", from, to);
      if (text.startsWith('{"type":"state"')) arrived(++greeted);
      if (text.startsWith('{"type":"ping"')) socket.write(textFrame('{"type":"pong"}'));
    },
  });
  sockets.push({ socket, hello });
}

const tasks = {
  async connect(count) {
    const opened = all();
    for (let index = 0; index < count; index++) connect();
    await opened;
  },
  async greet(count) {
    if (!isViolet) return;
    const done = all();
    for (const { socket, hello } of sockets.slice(-count)) socket.write(textFrame(hello));
    await done;
  },
};

process.on("message", ({ task, count }) => {
  void tasks[task](count).then(() => process.send({ done: sockets.length }));
});
process.on("disconnect", () => process.exit());
process.send({ ready: true });
