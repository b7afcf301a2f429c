/** The proxy that the runs of this folder use does what it says: each of its faults, between two plain sockets. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { FaultProxy } from "../support/fault-proxy.ts";
import { randomFrom } from "../support/seed.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

const arrived: Socket[] = [];
const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  arrived.push(socket.on("error", () => {}));
});
const proxies: FaultProxy[] = [];

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  for (const socket of arrived) socket.destroy();
  server.close();
});

async function makeProxy(random = () => 0.999): Promise<FaultProxy> {
  const { port } = server.address() as AddressInfo;
  const proxy = await FaultProxy.listen({ target: { host: "127.0.0.1", port }, random });
  proxies.push(proxy);
  return proxy;
}

/** Both ends of a connection through the proxy. */
async function dial(proxy: FaultProxy, localAddress = "127.0.0.1"): Promise<[near: Socket, far: Socket]> {
  const near = connect({
    port: proxy.port,
    host: "127.0.0.1",
    localAddress,
    allowHalfOpen: true,
    noDelay: true,
  });
  near.on("error", () => {});
  const [[far]] = await Promise.all([once(server, "connection"), once(near, "connect")]);
  return [near, far as Socket];
}

/** Resolves with the next `bytes` bytes, in the chunks in which they came. */
async function read(socket: Socket, bytes: number): Promise<string[]> {
  const chunks: string[] = [];
  for (let left = bytes; left > 0; ) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    chunks.push(chunk.toString());
    left -= chunk.length;
  }
  return chunks;
}

/** Looks again in each turn of the event loop until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setImmediate(done));
}

suite("the fault proxy", () => {
  test("passes what is sent, both ways, and ends, from the address of its client", async () => {
    const [near, far] = await dial(await makeProxy(), "127.0.0.7");
    assert.equal(far.remoteAddress, "127.0.0.7");
    near.write("hello");
    assert.deepEqual(await read(far, 5), ["hello"]);
    far.write("welcome");
    assert.deepEqual(await read(near, 7), ["welcome"]);
    near.end();
    await once(far.resume(), "end");
    far.end("bye");
    assert.deepEqual(await read(near, 3), ["bye"]);
    await once(near, "end");
  });

  test("splits each chunk into pieces", async () => {
    const proxy = await makeProxy();
    const [near, far] = await dial(proxy);
    proxy.split(2);
    // Where this process is slow, pieces may be read together.
    for (let tries = 1, pieces = ""; pieces !== "he,ll,o"; tries++) {
      assert(tries <= 100, `it came as ${pieces}`);
      near.write("hello");
      pieces = (await read(far, 5)).join();
      assert.equal(pieces.replaceAll(",", ""), "hello");
      assert.equal(proxy.counts.split, tries);
    }
  });

  test("delays each chunk and keeps their order", async () => {
    const proxy = await makeProxy();
    const [near, far] = await dial(proxy);
    proxy.delay(50);
    const start = performance.now();
    near.write("a");
    await until(() => proxy.counts.delayed === 1);
    near.write("b");
    assert.equal((await read(far, 2)).join(""), "ab");
    assert(performance.now() - start > 95, "both waited");
  });

  test("throttles to so many bytes in a second", async () => {
    const proxy = await makeProxy();
    const [near, far] = await dial(proxy);
    proxy.throttle(1000);
    const start = performance.now();
    near.write("x".repeat(100));
    await read(far, 100);
    assert(performance.now() - start > 95);
    assert.equal(proxy.counts.throttled, 1);
  });

  test("cuts with an end on both sides", async () => {
    const proxy = await makeProxy();
    const [near, far] = await dial(proxy);
    await until(() => proxy.links === 1);
    const ends = Promise.all([near, far].map((socket) => once(socket.resume(), "end")));
    proxy.cut();
    await ends;
    for (const socket of [near, far]) socket.end();
    const closed = await Promise.all([near, far].map(async (socket) => (await once(socket, "close"))[0]));
    assert.deepEqual(closed, [false, false]);
    assert.equal(proxy.counts.cut, 1);
  });

  test("resets with an error on both sides", async () => {
    const proxy = await makeProxy();
    const [near, far] = await dial(proxy);
    near.write("hello");
    await read(far, 5);
    const errors = [near, far].map((socket) => new Promise((done) => socket.resume().once("error", done)));
    proxy.reset();
    for (const error of await Promise.all(errors))
      assert.equal((error as NodeJS.ErrnoException).code, "ECONNRESET");
    assert.equal(proxy.counts.reset, 1);
  });

  test("lets nothing through a black hole, not even an end or a reset, until it is healed", async () => {
    const proxy = await makeProxy();
    const [near, far] = await dial(proxy);
    const [other, otherFar] = await dial(proxy);
    const heard: string[] = [];
    for (const socket of [near, far, otherFar])
      for (const event of ["data", "end", "error"]) socket.on(event, () => heard.push(event));
    proxy.blackHole();
    near.end("hello");
    far.write("hello");
    other.resetAndDestroy();
    const late = connect({ port: proxy.port, host: "127.0.0.1" });
    await once(late, "connect");
    await until(() => proxy.counts.held === 2);
    assert.deepEqual(heard, []);
    assert.equal(proxy.counts.links, 2);
    proxy.heal();
    await until(() => heard.length === 4);
    assert.deepEqual(heard.toSorted(), ["data", "data", "end", "error"]);
    await until(() => proxy.counts.links === 3);
    late.destroy();
  });

  test("hits the same links under the same seed", async () => {
    const hits = async () => {
      const proxy = await makeProxy(randomFrom(7));
      const pairs = [];
      for (let index = 0; index < 8; index++) pairs.push(await dial(proxy));
      const hit = new Set<number>();
      for (const [index, [near]] of pairs.entries()) near.resume().once("end", () => hit.add(index));
      proxy.cut(0.5);
      await until(() => hit.size === proxy.counts.cut);
      assert(hit.size > 0 && hit.size < 8);
      return [...hit].toSorted((a, b) => a - b);
    };
    assert.deepEqual(await hits(), await hits());
  });
});
