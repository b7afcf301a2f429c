// One candidate's server: publishes as many patches as it is told, one per turn of the event loop.
// Arguments: the candidate, and where Violet is built.
import { createServer } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { message } from "./message.mjs";

const [candidate, lib] = process.argv.slice(2);
const server = createServer();
const listen = () => new Promise((done) => server.listen(0, "127.0.0.1", () => done(server.address().port)));
let version = 0;
const patch = () => ({
  type: "SYNC",
  store: 1,
  v: ++version,
  ops: [["splice", ["messages", version], 0, [message(version)]]],
});

const candidates = {
  async violet() {
    const { violet, server: live } = await import(`${lib}server/index.js`);
    const { shared } = await import(`${lib}src/index.js`);
    const { array, object, size, string } = await import("superstruct");
    const Message = object({ id: string(), user: string(), text: size(string(), 1, 500) });
    const chat = shared("chat", {
      state: object({ messages: size(array(Message), 0, 500) }),
      initial: () => ({ messages: [] }),
    });
    const app = violet({
      secret: "a secret of the benchmark",
      limits: { socketsPerSession: 1e6, socketsPerAddress: 1e6 },
      logger: { debug() {}, info() {}, warn() {}, error: console.error },
    });
    await app.ready;
    server.on("request", (request, response) => app.middleware(request, response, () => response.end()));
    app.attach(server);
    return () =>
      app.run(() => {
        const { messages } = live.store(chat);
        if (messages.length === 500) messages.splice(0, 500);
        messages.push(message(++version));
      });
  },
  async "socket.io"() {
    const { Server } = await import("socket.io");
    const io = new Server(server, { transports: ["websocket"], serveClient: false });
    return () => io.emit("patch", patch());
  },
  async "ws-send"() {
    const { WebSocketServer } = await import("ws");
    const sockets = new WebSocketServer({ server, perMessageDeflate: false });
    return () => {
      const text = JSON.stringify(patch());
      for (const socket of sockets.clients) socket.send(text);
    };
  },
  async "ws-framed"() {
    const { Sender, WebSocketServer } = await import("ws");
    const sockets = new WebSocketServer({ server, perMessageDeflate: false });
    return () => {
      const data = Buffer.from(JSON.stringify(patch()));
      const frame = Buffer.concat(
        Sender.frame(data, { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true }),
      );
      for (const socket of sockets.clients) socket._socket.write(frame);
    };
  },
};

const publish = await candidates[candidate]();
async function publishMany(count) {
  for (let index = 0; index < count; index++) {
    publish();
    // Two turns: Violet writes at the end of the one in which it publishes, and would otherwise join two patches.
    await turn();
    await turn();
  }
}

process.on("message", ({ publish: count, usage }) => {
  if (usage) {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: (user + system) / 1e6 });
  }
  if (count) void publishMany(count);
});
process.on("disconnect", () => process.exit());
process.send({ port: await listen() });
