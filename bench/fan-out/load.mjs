// N subscribers on raw sockets: they count the frames that carry a patch, and do nothing else.
import { open, session, textFrame } from "../support/client.mjs";

const [candidate, port, n] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
let received = 0;
let awaited = Number.POSITIVE_INFINITY;
let ready = 0;

const paths = { violet: "/_violet/socket", "socket.io": "/socket.io/?EIO=4&transport=websocket" };

/** What each candidate's protocol wants before it sends patches; true once it does. */
const greetings = {
  violet(socket, text) {
    if (text.startsWith('{"type":"state"')) return true;
    if (text.startsWith('{"type":"ping"')) socket.write(textFrame('{"type":"pong"}'));
    return false;
  },
  "socket.io"(socket, text) {
    if (text.startsWith("0")) socket.write(textFrame("40"));
    if (text === "2") socket.write(textFrame("3"));
    return text.startsWith("40");
  },
};

const { cookie, hello } = candidate === "violet" ? await session(port, "chat") : {};
const headers = cookie && `cookie: ${cookie}\r\norigin: http://127.0.0.1:${port}\r\n`;

for (let index = 0; index < n; index++) subscribe();

function subscribe() {
  const greeting = greetings[candidate];
  let greeted = false;
  const socket = open({
    port,
    path: paths[candidate] ?? "/",
    headers,
    onOpen() {
      if (hello) socket.write(textFrame(hello));
      if (!greeting) greeted = isReady();
    },
    onFrame(bytes, from, to) {
      if (!greeted) greeted = greeting(socket, bytes.toString("utf8", from, to)) && isReady();
      else if (++received === awaited) done();
    },
  });
}

function isReady() {
  if (++ready === n) process.send({ ready });
  return true;
}

function done() {
  received -= awaited;
  awaited = Number.POSITIVE_INFINITY;
  process.send({ done: true });
}

process.on("message", ({ await: count, usage }) => {
  if (usage) {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: (user + system) / 1e6 });
  }
  if (count) {
    awaited = count;
    if (received >= awaited) done();
  }
});
process.on("disconnect", () => process.exit());
