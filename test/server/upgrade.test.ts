import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import express from "express";
import { violet } from "../../server/index.ts";
import { MemoryLogger, secret, serve } from "../support/serve.ts";
import { assert, suite, test } from "../support/suite.ts";
import { dropSockets, handshakeText, upgrade } from "../support/upgrade.ts";

const UPGRADE = "Connection: Upgrade\r\nUpgrade:";

const open = (server: Server): Socket =>
  connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", allowHalfOpen: true });

/** What a request without a body is answered with until the server ends the connection; our half stays open. */
async function ask(server: Server, path: string, headers: string): Promise<string> {
  const socket = open(server);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n\r\n`);
  let answer = "";
  for await (const chunk of socket.setEncoding("utf8")) answer += chunk;
  socket.destroy();
  return answer;
}

const statusOf = (answer: string) => Number(answer.split(" ", 2)[1]);

suite("an upgrade that waits to be let in", () => {
  /** A site on which it is not found out who comes before the test says so. */
  async function held() {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<undefined>();
    const served = await serve(() => {}, {
      authenticate() {
        asked.resolve();
        return answer.promise;
      },
    });
    const { port } = served.server.address() as AddressInfo;
    return { ...served, asked: asked.promise, answer, handshake: handshakeText(`127.0.0.1:${port}`) };
  }

  test("T38 may be reset meanwhile: the process goes on", async () => {
    const { server, url, asked, answer, handshake, close } = await held();
    const gone = Promise.withResolvers<void>();
    server.once("connection", (socket) => void socket.once("close", () => gone.resolve()));
    const socket = open(server);
    socket.write(handshake);
    await asked;
    socket.resetAndDestroy();
    await gone.promise;
    answer.resolve(undefined);
    assert.equal((await fetch(`${url}/_violet/health`)).status, 200);
    await close();
  });

  test("T36 may send little before it is answered: more than 4 KiB are a 400, and are not read", async () => {
    const { server, asked, answer, handshake, close } = await held();
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const socket = open(server).on("error", () => {});
    socket.write(handshake);
    const [theirs] = await accepted;
    await asked;
    socket.write(Buffer.alloc(8 * 1024 * 1024));
    while (theirs.bytesRead < 65_536) await new Promise(setImmediate);
    answer.resolve(undefined);
    const [first] = (await once(socket, "data")) as [Buffer];
    assert.equal(statusOf(String(first)), 400);
    assert(theirs.bytesRead < 1024 * 1024, `${theirs.bytesRead} bytes were read`);
    socket.destroy();
    await close();
  });
});

suite("a handshake that is none", () => {
  test("T38 is answered, and its socket ended", async () => {
    const { server, url, close } = await serve(() => {});
    const origin = { Origin: url };
    const cases: [status: number, path: string, headers: object][] = [
      [400, "/_violet/socket", { ...origin, "Sec-WebSocket-Version": "7" }],
      [400, "/_violet/socket", { ...origin, "Sec-WebSocket-Key": "short" }],
      [400, "/_violet/socket", { ...origin, "Sec-WebSocket-Protocol": "a, a" }],
      [400, "/_violet/socket", { ...origin, Upgrade: "h2c" }],
      [404, "/_violet/sockets", origin],
      [404, "/_violet/socket/", origin],
    ];
    for (const [status, path, headers] of cases) {
      const answered = await upgrade(url, { path, headers: lowerCased(headers) });
      assert.equal(answered.status, status, `${path} ${JSON.stringify(headers)}`);
    }
    const none = await ask(server, "/_violet/socket", "Connection: close");
    assert.equal(statusOf(none), 426);
    assert.match(none, /a proxy on the way has to pass the Upgrade header on/);
    assert.equal((await upgrade(url)).status, 101);
    dropSockets();
    await close();
  });

  const lowerCased = (headers: object) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
});

suite("a server that the app does not know", () => {
  test("is warned of, once, when a socket comes to its site", async () => {
    const logger = new MemoryLogger();
    const app = violet({ secret, logger });
    await app.ready;
    logger.notes.length = 0;
    const server = express().use(app.middleware).listen(0, "127.0.0.1");
    await once(server, "listening");
    const cure = /let app\.listen\(site, port\) start the server, or give it to app\.attach\(server\)/;
    for (let n = 0; n < 2; n++) {
      const answer = await ask(server, "/_violet/socket", "Connection: close, Upgrade\r\nUpgrade: websocket");
      assert.equal(statusOf(answer), 426);
      assert.match(answer, cure);
    }
    assert.equal(logger.notes.length, 1);
    assert.match(logger.notes[0] ?? "", cure);
    server.close();
    await app.close();
  });

  test("is told from a proxy that leaves out Connection: upgrade", async () => {
    const logger = new MemoryLogger();
    const { server, close } = await serve(() => {}, { logger });
    logger.notes.length = 0;
    const cure = /a proxy on the way passes "Upgrade: websocket" on, and leaves out "Connection: upgrade"/;
    for (let n = 0; n < 2; n++) {
      const answer = await ask(server, "/_violet/socket", "Connection: close\r\nUpgrade: websocket");
      assert.equal(statusOf(answer), 426);
      assert.match(answer, cure);
      assert.doesNotMatch(answer, /app\.listen/);
    }
    assert.equal(logger.notes.length, 1);
    assert.match(logger.notes[0] ?? "", cure);
    await close();
  });
});

suite("a server that the app makes", () => {
  test("T37 waits 10 s for headers and 30 s for a request, and looks each second", async () => {
    const { server, close } = await serve(() => {});
    const looks = (server as { connectionsCheckingInterval?: number }).connectionsCheckingInterval;
    assert.deepEqual([server.headersTimeout, server.requestTimeout, looks], [10_000, 30_000, 1000]);
    await close();
  });

  test("T37 has so many connections: one more is closed at once", async () => {
    const { server, close } = await serve(() => {}, { limits: { maxConnections: 2 } });
    const [one, two] = [open(server), open(server)];
    await Promise.all([once(one, "connect"), once(two, "connect")]);
    const three = open(server).resume();
    await once(three, "end");
    for (const socket of [one, two, three]) socket.destroy();
    await close();
  });
});

suite("an upgrade that is not Violet's", () => {
  test("is answered as a plain request, so that HTTP/2 may be offered", async () => {
    const { server, close } = await serve((site) =>
      site.get("/", (_, response) => void response.send("the page")),
    );
    const answer = await ask(server, "/", `${UPGRADE} h2c\r\nConnection: close`);
    assert.match(answer, /^HTTP\/1.1 200 .*the page$/s);
    await close();
  });

  test("goes to the app's own listener where there is one", async () => {
    const { server, close } = await serve(() => {});
    server.on("upgrade", ({ url }, socket) => {
      if (url === "/own") socket.end("HTTP/1.1 418 Own\r\n\r\n");
    });
    assert.equal(statusOf(await ask(server, "/own", `${UPGRADE} websocket`)), 418);
    await close();
  });

  test("is refused on a server of the app's own where nobody else listens, and leaves no connection", async () => {
    const app = violet({ secret, logger: new MemoryLogger() });
    const server = createServer(express()).listen(0, "127.0.0.1");
    app.attach(server);
    await once(server, "listening");
    const gone = new Promise<void>((done) =>
      server.once("connection", (socket) => void socket.once("close", () => done())),
    );
    assert.equal(statusOf(await ask(server, "/other", `${UPGRADE} websocket`)), 404);
    await gone;
    await app.close();
    server.close();
  });

  test("leaves no connection where the socket is refused", async () => {
    const { server, close } = await serve(() => {});
    const gone = new Promise<void>((done) =>
      server.once("connection", (socket) => void socket.once("close", () => done())),
    );
    const socket = open(server);
    const headers = `Host: 127.0.0.1\r\nOrigin: http://evil.example\r\n${UPGRADE} websocket`;
    socket.write(`GET /_violet/socket HTTP/1.1\r\n${headers}\r\n\r\n`);
    socket.resume();
    await gone;
    socket.destroy();
    await close();
  });
});
