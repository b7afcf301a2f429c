// Pages on raw sockets, each with fifty instances. A caller makes one call after the other, as soon as it has its answer.
import { open, session, textFrame } from "../support/client.mjs";

const [port, n] = process.argv.slice(2).map(Number);
const PER_SOCKET = 50;
const origin = `http://127.0.0.1:${port}`;
const { cookie, hello } = await session(port);

let awaited;
let left = 0;
const arrived = () => --left === 0 && awaited();
const all = (count) =>
  new Promise((resolve) => {
    left = count;
    awaited = resolve;
  });

const instances = [];
let wanted = 0;

function page() {
  const ids = new Map();
  const socket = open({
    port,
    path: "/_violet/socket",
    headers: `cookie: ${cookie}\r\norigin: ${origin}\r\n`,
    onOpen: () => socket.write(textFrame(hello)),
    onFrame(bytes, from, to) {
      const frame = JSON.parse(bytes.toString("utf8", from, to));
      if (frame.type === "welcome") arrived();
      else if (frame.type === "state") {
        const instance = { socket, id: frame.id, n: 0, v: 0 };
        ids.set(frame.id, instance);
        instances.push(instance);
        arrived();
      } else if (frame.type === "ack") next(ids.get(frame.store));
      else if (frame.type === "ping") socket.write(textFrame('{"type":"pong"}'));
      else throw new Error(JSON.stringify(frame));
    },
  });
  socket.setNoDelay();
  return socket;
}

const ready = all(Math.ceil(n / PER_SOCKET));
const pages = Array.from({ length: Math.ceil(n / PER_SOCKET) }, page);
await ready;

function call(instance) {
  const { socket, id } = instance;
  const batches = [{ action: "increment", args: [], seed: 1, at: 1 }];
  socket.write(
    textFrame(JSON.stringify({ type: "SYNC", store: id, n: ++instance.n, v: instance.v++, batches })),
  );
}

function next(instance) {
  if (wanted-- > 0) call(instance);
  else arrived();
}

const tasks = {
  async mount(count) {
    const done = all(count);
    for (let index = instances.length; index < instances.length + count; index++) {
      const store = `@counter/${index}`;
      pages[Math.floor(index / PER_SOCKET)].write(
        textFrame(JSON.stringify({ type: "subscribe", store, life: 1 })),
      );
    }
    await done;
  },
  async calls(count, { by }) {
    wanted = count - by;
    const done = all(by);
    for (const instance of instances.slice(0, by)) call(instance);
    await done;
  },
  async each() {
    wanted = 0;
    const unused = instances.filter((instance) => instance.n === 0);
    const done = all(unused.length);
    for (const instance of unused) call(instance);
    await done;
  },
};

process.on("message", (message) => {
  const [task] = Object.keys(message);
  void tasks[task](message[task], message).then(() => process.send({ done: instances.length }));
});
process.on("disconnect", () => process.exit());
process.send({ ready: n });
