// One candidate's server: a function that says how long a text is, or one that sends it back.
// Arguments: the candidate, and where Violet is built.
import { createServer } from "node:http";

const [candidate, lib] = process.argv.slice(2);
const many = 1e9;

async function makeApp(modules) {
  const { violet } = await import(`${lib}server/index.js`);
  return violet({
    modules,
    secret: "a secret of the benchmark",
    limits: { messagesPerSecond: many, messageBurst: many, socketsPerSession: many, socketsPerAddress: many },
    logger: { debug() {}, info() {}, warn() {}, error: console.error },
  });
}

async function listen(server) {
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

async function makeRpc() {
  const { server } = await import(`${lib}server/index.js`);
  const { string } = await import("superstruct");
  const measure = server.rpc([string()], (text) => ({ text, letters: text.length }));
  return makeApp({ calls: { measure } });
}

const candidates = {
  async rpc() {
    const app = await makeRpc();
    const { default: express } = await import("express");
    const site = express();
    site.use(app.middleware);
    return app.listen(site, 0, "127.0.0.1");
  },
  async "rpc first"() {
    const app = await makeRpc();
    const { default: express } = await import("express");
    const site = express();
    const first = (request, response) => app.middleware(request, response, () => site(request, response));
    return app.listen(first, 0, "127.0.0.1");
  },
  /** The limit: who calls and with what is checked as by rpc, and nothing else is done. */
  async "rpc's checks"() {
    const app = await makeRpc();
    const { parseChecked } = await import(`${lib}server/hub/reading.js`);
    const { takeArguments } = await import(`${lib}src/state/validation.js`);
    const { door, callRates, registry, settings } = app;
    const name = "calls.measure";
    const answer = async (request, response) => {
      const { session } = await door.caller(request, response);
      callRates.take(session.id);
      const { structs, run } = registry.find(name, "rpc");
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const { args } = parseChecked(Buffer.concat(chunks).toString(), settings.limits);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ result: run(...takeArguments(structs, args, name)) }));
    };
    const site = (request, response) =>
      request.url.endsWith(name) ? void answer(request, response) : app.middleware(request, response);
    return listen(createServer(site));
  },
  async tRPC() {
    const { initTRPC } = await import("@trpc/server");
    const { createHTTPServer } = await import("@trpc/server/adapters/standalone");
    const { string, tuple } = await import("superstruct");
    const { router, procedure } = initTRPC.create();
    const measure = procedure
      .input(tuple([string()]))
      .mutation(({ input: [text] }) => ({ text, letters: text.length }));
    return listen(createHTTPServer({ router: router({ measure }) }));
  },
  async express() {
    const { default: express } = await import("express");
    const site = express();
    site.use(express.json());
    site.post("/measure", ({ body: { args } }, response) => {
      response.json({ result: { text: args[0], letters: args[0].length } });
    });
    return listen(createServer(site));
  },
  "node:http"() {
    const answer = async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const { args } = JSON.parse(Buffer.concat(chunks).toString());
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ result: { text: args[0], letters: args[0].length } }));
    };
    return listen(createServer((request, response) => void answer(request, response)));
  },
  async realtime() {
    const { server } = await import(`${lib}server/index.js`);
    const { client } = await import(`${lib}src/index.js`);
    const { string } = await import("superstruct");
    const heard = client.realtime([string()], () => {});
    const say = server.realtime([string()], (text, { client }) => heard.invoke(client.id, text));
    const app = await makeApp({ calls: { say, heard } });
    const site = (request, response) => app.middleware(request, response, () => response.end());
    return app.listen(site, 0, "127.0.0.1");
  },
  async ws() {
    const { WebSocketServer } = await import("ws");
    const server = createServer();
    new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket) => {
      socket.on("message", (data) => {
        const { args } = JSON.parse(data);
        socket.send(JSON.stringify({ type: "call", name: "calls.heard", args }));
      });
    });
    return listen(server);
  },
};

const server = await candidates[candidate]();
// Connections stand for as long as the load does: where the machine is busy, more than the 5 s of Node's keep-alive pass
// between two calls.
server.keepAliveTimeout = 0;

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpu: (user + system) / 1e6 });
});
process.on("disconnect", () => process.exit());
process.send({ port: server.address().port });
