import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import express from "express";
import { violet } from "../../server/index.ts";
import { MemoryLogger, secret, serve } from "../support/serve.ts";
import { assert, suite, test } from "../support/suite.ts";

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
