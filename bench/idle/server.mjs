// One candidate's server: it takes upgrades of the same path, and says on demand what it costs.
import { createServer } from "node:http";
import { SECRET } from "./secret.mjs";

const server = createServer();
const listen = () =>
  new Promise((done) => server.listen(0, "127.0.0.1", 4096, () => done(server.address().port)));

const candidates = {
  async violet() {
    const { violet } = await import("../../lib/server/index.js");
    const { shared } = await import("../../lib/src/index.js");
    const { array, number, object, string } = await import("superstruct");
    shared("chat", {
      state: object({ messages: array(string()), online: number() }),
      initial: () => ({ messages: [], online: 0 }),
    });
    const app = violet({
      secret: SECRET,
      logger: { debug() {}, info() {}, warn() {}, error: console.error },
    });
    await app.ready;
    server.on("request", (request, response) => app.middleware(request, response, () => response.end()));
    app.attach(server);
  },
  async ws() {
    const { WebSocketServer } = await import("ws");
    const ignore = () => {};
    const sockets = new WebSocketServer({ server, path: "/_violet/socket", perMessageDeflate: false });
    sockets.on("connection", (socket) => socket.on("message", ignore).on("error", ignore));
  },
};

await candidates[process.argv[2]]();

process.on("message", ({ collect }) => {
  if (collect) for (let count = 0; count < 3; count++) gc({ type: "major", flavor: "last-resort" });
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send({ cpu: (user + system) / 1e6, rss, heapUsed });
});
process.on("disconnect", () => process.exit());
process.send({ port: await listen() });
