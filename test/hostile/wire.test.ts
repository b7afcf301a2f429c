/** Frames that no browser makes, on raw sockets to a real server. */
import { deflateRawSync } from "node:zlib";
import { number, object, string } from "superstruct";
import { shared, snapshot } from "../../src/index.ts";
import { type Served, serve } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import { type Credentials, credentials, greeting } from "./credentials.ts";
import { closing, fragments, frame, violations } from "./frames-wire.ts";
import { type RawOptions, RawSocket } from "./raw-socket.ts";

const store = shared("wire", {
  state: object({ text: string(), count: number() }),
  initial: () => ({ text: "", count: 0 }),
});

let site: Served;
let page: Credentials;
before(async () => {
  site = await serve(() => {});
  page = await credentials(site.url);
});
after(() => site.close());

const open = (options: Partial<RawOptions> = {}) =>
  new RawSocket({ port: Number(new URL(site.url).port), cookie: page.cookie, ...options });

/** A page that is in, and has the store. */
async function arrive(): Promise<RawSocket> {
  const socket = open();
  await socket.opened;
  socket.send(greeting(page, "wire"));
  await socket.text((text) => text.startsWith('{"type":"state"'));
  return socket;
}

const ping = (text: string) => text === '{"type":"ping"}';

/** Is the server there, and the state as it was? */
async function isWell(): Promise<void> {
  const socket = await arrive();
  socket.send('{"type":"probe"}');
  assert.equal(await socket.text(ping), '{"type":"ping"}');
  socket.destroy();
  assert.deepEqual(
    site.app.run(() => snapshot(store)),
    { text: "", count: 0 },
  );
}

const rows: Record<number, string> = { 1002: "T31", 1003: "T31", 1007: "T31", 1008: "T29", 1009: "T28" };

suite("a frame that no browser sends", () => {
  for (const [name, code, bytes] of violations)
    test(`${name.startsWith("reserved bits 4") ? "T32 T33" : rows[code]} ends its connection alone, with ${code}: ${name}`, async () => {
      for (const socket of [open(), await arrive()]) {
        await socket.opened;
        socket.write(bytes);
        assert.equal(await socket.closed, code);
      }
      await isWell();
    });

  test("T28 E8.2.5 allocates nothing for a length that is only announced", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const sockets = Array.from({ length: 50 }, () => open());
    await Promise.all(sockets.map(({ opened }) => opened));
    // Within the limit, and never sent.
    for (const socket of sockets) socket.write(frame("", { length: 65_536 }));
    for (const socket of sockets) socket.write(Buffer.from("{"));
    await isWell();
    const grown = process.memoryUsage().arrayBuffers - before;
    for (const socket of sockets) socket.destroy();
    assert.ok(grown < 50 * 65_536, `${grown} bytes`);
  });

  test("T29 may be in 64 parts", async () => {
    const socket = await arrive();
    const text = '{"type":"probe"}';
    const parts = Array.from({ length: 64 }, (_, index) => text.slice(index, index + 1));
    socket.write(fragments(parts));
    assert.equal(await socket.text(ping), '{"type":"ping"}');
    socket.destroy();
  });

  test("T31 is answered where it is text, and no JSON: NUL, half an emoji, a byte order mark", async () => {
    for (const text of ["\0", '{"type":"probe"\0}', '{"type":"\ud83d"}'.toWellFormed(), "\ufeff{}", ""]) {
      const socket = await arrive();
      socket.send(text);
      assert.match((await socket.text((each) => each.includes("error"))) ?? "", /"E_BAD_MESSAGE"/);
      socket.destroy();
    }
    await isWell();
  });

  test("T31 brings half an emoji, written as an escape, as the text that it is", async () => {
    const socket = await arrive();
    socket.send('{"type":"SYNC","store":1,"n":1,"v":0,"batches":[[["set",["text"],"\\ud83d\\u0000"]]]}');
    assert.match((await socket.text((text) => text.includes('"ack"'))) ?? "", /"n":1/);
    assert.equal(
      site.app.run(() => store.text),
      "\ud83d\0",
    );
    socket.send('{"type":"SYNC","store":1,"n":2,"v":1,"batches":[[["set",["text"],""]]]}');
    await socket.text((text) => text.includes('"n":2'));
    socket.destroy();
    await isWell();
  });

  test("T31 may say goodbye with any code that is one", async () => {
    for (const code of [1000, 1001, 3000, 4999, undefined]) {
      const socket = await arrive();
      socket.write(closing(code));
      assert.equal(await socket.closed, code ?? 1005);
    }
    await isWell();
  });
});

suite("compression", () => {
  test("T32 T33 is not taken when it is offered, and what comes compressed ends the connection", async () => {
    for (const offer of [
      "permessage-deflate",
      "permessage-deflate; server_no_context_takeover",
      "x-webkit-deflate-frame",
    ]) {
      const socket = open({ headers: [`Sec-WebSocket-Extensions: ${offer}`] });
      const answer = await socket.opened;
      assert.match(answer, /^HTTP\/1.1 101 /);
      assert.doesNotMatch(answer, /extensions/i);
      const bomb = deflateRawSync(Buffer.alloc(1_000_000));
      socket.write(frame(bomb, { rsv: 4 }));
      assert.equal(await socket.closed, 1002);
    }
    await isWell();
  });
});
