// Rooms that pages write to, each its own. Argument: where Violet is built.
import { createServer } from "node:http";

const [lib] = process.argv.slice(2);
const { violet } = await import(`${lib}server/index.js`);
const { shared } = await import(`${lib}src/index.js`);
const { number, object } = await import("superstruct");

shared.family("room", { state: object({ count: number() }), initial: () => ({ count: 0 }) });
const many = 1e9;
const app = violet({
  secret: "a secret of the benchmark",
  limits: {
    ...{ messagesPerSecond: many, messageBurst: many, opsPerSecond: many, opBurst: many },
    ...{ socketsPerSession: many, socketsPerAddress: many, roomsPerSession: many },
  },
  logger: { debug() {}, info() {}, warn() {}, error: console.error },
});
await app.ready;
const server = createServer((request, response) => app.middleware(request, response, () => response.end()));
app.attach(server);

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpu: (user + system) / 1e6 });
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
