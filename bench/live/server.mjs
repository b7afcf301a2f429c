// A component with a state of some forty bytes, and what its instances cost.
import { integer, object, string } from "superstruct";
import { live, violet } from "../../lib/server/index.js";

const many = 1e9;
const counter = live({
  state: object({ count: integer(), name: string() }),
  initial: () => ({ count: 0, name: "a counter of the benchmark" }),
  callbacks: () => ({
    increment: (state) => {
      state.count++;
    },
  }),
});
const app = violet({
  modules: { counter: { counter } },
  secret: "a secret of the benchmark",
  limits: {
    messagesPerSecond: many,
    messageBurst: many,
    opsPerSecond: many,
    opBurst: many,
    socketsPerSession: many,
    socketsPerAddress: many,
  },
  logger: { debug() {}, info() {}, warn() {}, error: console.error },
});
const server = await app.listen(
  (request, response) => app.middleware(request, response, () => response.end()),
  0,
  "127.0.0.1",
);

process.on("message", ({ collect }) => {
  const { user, system } = process.cpuUsage();
  if (collect) for (let count = 0; count < 3; count++) gc({ type: "major", flavor: "last-resort" });
  const { rss, heapUsed } = process.memoryUsage();
  process.send({ cpu: (user + system) / 1e6, rss, heap: heapUsed });
});
process.on("disconnect", () => process.exit());
process.send({ port: server.address().port });
