import { createHook } from "node:async_hooks";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import express from "express";
import { integer } from "superstruct";
import { memory, server, type VioletApp, type VioletOptions, violet } from "../../server/index.ts";
import { html, shared } from "../../src/index.ts";
import { MemoryLogger, secret, serve } from "../support/serve.ts";
import { assert, suite, test } from "../support/suite.ts";

const store = shared("lifecycle", { state: integer(), initial: () => 1 });

suite("an app", () => {
  test("C2.1.12 runs start and stop handlers in its scope, those of the process first", async () => {
    const seen: string[] = [];
    const removers = [
      server.on("start", () => void seen.push(`process start ${store.value}`)),
      server.on("stop", async () => {
        await Promise.resolve();
        store.value = 2;
        seen.push("process stop");
      }),
    ];
    const app = violet({ secret, logger: new MemoryLogger() });
    app.on("start", () => void seen.push("app start"));
    app.on("stop", () => void seen.push(`app stop ${store.value}`));
    app.on("stop", () => void seen.push("never"))();
    await app.ready;
    await app.close();
    await app.close();
    for (const remove of removers) remove();
    assert.deepEqual(seen, ["process start 1", "app start", "process stop", "app stop 2"]);
  });

  test("runs a handler once for each time that it is registered; one that was removed has no turn any more", async () => {
    const app = violet({ secret, logger: new MemoryLogger() });
    const seen: unknown[] = [];
    const handler = (data: unknown) => void seen.push(data);
    const remove = app.on("tick", handler);
    app.on("tick", handler);
    await app.emit("tick", 1);
    remove();
    remove();
    await app.emit("tick", 2);
    app.on("tick", () => last());
    const last = app.on("tick", () => void seen.push("removed"));
    await app.emit("tick", 3);
    await app.close();
    assert.deepEqual(seen, [1, 1, 2, 3]);
  });

  test("T39 reports a handler that throws, and runs the others", async () => {
    const logger = new MemoryLogger();
    let ran = false;
    const app = violet({ secret, logger });
    app.on("start", () => Promise.reject(new Error("handler")));
    app.on("start", () => {
      ran = true;
    });
    await app.ready;
    await app.close();
    assert(ran);
    assert.equal(logger.errors[0]?.message, 'a handler of "start" failed');
  });

  test("T39 does not wait for a handler that hangs, but for all that its start needs", async () => {
    const make = (logger: MemoryLogger) => violet({ secret, logger, limits: { handlerMs: 20 } });
    const [hanging, slow] = [new MemoryLogger(), new MemoryLogger()];
    const first = make(hanging);
    first.on("stop", () => new Promise(() => {}));
    await first.ready;
    const second = make(slow);
    second.on("start", () => first.close());
    await second.ready;
    await second.close();
    assert.deepEqual(slow.errors, []);
    assert.deepEqual(
      hanging.errors.map(({ err, message }) => [message, err.message]),
      [['a handler of "stop" failed', 'A handler of "stop" took longer than 20 ms (limits.handlerMs).']],
    );
  });

  test("lists the stores that everybody may read when it starts", async () => {
    const logger = new MemoryLogger();
    const app = violet({ secret, logger });
    await app.ready;
    await app.close();
    assert.deepEqual(logger.notes, [
      "state: memory, ends with this process",
      "these stores have no rule: everybody may read them",
    ]);
  });

  test("says what an acknowledgement survives when it starts", async () => {
    const logger = new MemoryLogger();
    for (const durability of ["process", "power"] as const) {
      const app = violet({ secret, logger, backend: { ...memory(), name: "own", durability } });
      await app.ready;
      await app.close();
    }
    const said = logger.notes.filter((note) => note.startsWith("state:"));
    assert.deepEqual(said, [
      "state: own, survives this process, not a loss of power",
      "state: own, survives a loss of power",
    ]);
  });

  test("takes no requests while its storage takes no commits, which it asks once for all who ask", async () => {
    let answer = Promise.withResolvers<void>();
    let asked = 0;
    const check = () => {
      asked++;
      return answer.promise;
    };
    const logger = new MemoryLogger();
    const { url, app, server } = await serve(() => {}, { logger, backend: { ...memory(), check } });
    const ready = async () => {
      const response = await fetch(`${url}/_violet/ready`);
      return [response.status, await response.json()] as const;
    };
    let requests = 0;
    server.on("request", () => requests++);
    const answers = Array.from({ length: 10 }, ready);
    while (requests < answers.length) await once(server, "request");
    answer.reject(new Error("the disk is full"));
    for (const got of await Promise.all(answers)) assert.deepEqual(got, [503, { status: "storage" }]);
    assert.equal(asked, 1);
    assert.deepEqual(
      logger.errors.map(({ err, message }) => [message, err.message]),
      [["storage takes no commits", "the disk is full"]],
    );
    answer = Promise.withResolvers();
    answer.resolve();
    while ((await ready())[0] === 503) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await ready(), [200, { status: "ready" }]);
    await app.close();
  });

  test("finishes what is under way when it closes, and then answers nobody", async () => {
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { app, server, url, get } = await serve((site, app) => {
      site.get(
        "/slow",
        app.page(async () => {
          started.resolve();
          await finish.promise;
          return html`<p>done ${store.value}</p>`;
        }),
      );
    });
    const silent = connect((server.address() as { port: number }).port, "127.0.0.1");
    await once(silent, "connect");
    const slow = get("/slow");
    await started.promise;
    const closing = app.close();
    // Nothing is under way on a connection that asked for nothing.
    await once(silent, "close");
    finish.resolve();
    assert.match((await slow).html, /done/);
    const answeredAt = performance.now();
    await closing;
    assert(performance.now() - answeredAt < 2000, "a connection that is only kept alive is not waited for");
    await assert.rejects(fetch(`${url}/_violet/health`));
  });

  test("says whether requests are welcome", async () => {
    const { app, get } = await serve(() => {});
    assert.deepEqual(JSON.parse((await get("/_violet/ready")).html), { status: "ready" });
    assert.equal((await get("/_violet/health")).status, 200);
    const stopping = Promise.withResolvers<void>();
    const waits = Promise.withResolvers<void>();
    app.on("stop", () => {
      stopping.resolve();
      return waits.promise;
    });
    const probe = createServer(app.middleware as never).listen(0, "127.0.0.1");
    await once(probe, "listening");
    const url = `http://127.0.0.1:${(probe.address() as { port: number }).port}/_violet`;
    const closing = app.close();
    await stopping.promise;
    assert.equal((await fetch(`${url}/ready`)).status, 503);
    assert.equal((await fetch(`${url}/health`)).status, 200);
    waits.resolve();
    await closing;
    probe.close();
    probe.closeAllConnections();
  });

  /** The app on a server of its site's own, which outlives it. */
  async function onOwnServer(options: VioletOptions = {}) {
    const app = violet({ secret, logger: new MemoryLogger(), ...options });
    await app.ready;
    const site = express();
    site.use(app.middleware);
    site.get(
      "/",
      app.page(() => html`<p>${store.value}</p>`),
    );
    site.use(app.pages(fileURLToPath(new URL("../../demo/public", import.meta.url))));
    site.use((_, response) => void response.send("the site's own"));
    const own = createServer(site).listen(0, "127.0.0.1");
    await once(own, "listening");
    app.attach(own);
    const url = `http://127.0.0.1:${(own.address() as { port: number }).port}`;
    const end = () => {
      own.close();
      own.closeAllConnections();
    };
    return { app, own, url, end };
  }

  async function assertRefuses(url: string) {
    for (const path of ["/", "/plain.html", "/_violet/session", "/_violet/early.js", "/_violet/none"]) {
      const { status, headers } = await fetch(url + path);
      const [retry, connection] = [headers.get("retry-after"), headers.get("connection")];
      assert.deepEqual([status, retry, connection], [503, "1", "close"], path);
      assert.equal(headers.get("cache-control"), "no-store");
    }
    assert.equal(await (await fetch(`${url}/other`)).text(), "the site's own");
    assert.equal((await fetch(`${url}/_violet/ready`)).status, 503);
    assert.equal((await fetch(`${url}/_violet/health`)).status, 200);
  }

  test("refuses what comes while it closes and afterwards, with 503 and when to come back", async () => {
    const { app, url, end } = await onOwnServer();
    assert.equal((await fetch(url)).status, 200);
    const stopping = Promise.withResolvers<void>();
    const waits = Promise.withResolvers<void>();
    app.on("stop", () => {
      stopping.resolve();
      return waits.promise;
    });
    const closing = app.close();
    await stopping.promise;
    await assertRefuses(url);
    waits.resolve();
    await closing;
    await assertRefuses(url);
    end();
  });

  test("cannot be started again once it is closed", async () => {
    const { app, own, end } = await onOwnServer();
    const closing = app.close();
    for (const when of [closing, undefined]) {
      assert.throws(() => app.attach(own), { code: "E_CLOSED" });
      await assert.rejects(
        app.listen(() => {}, 0, "127.0.0.1"),
        {
          code: "E_CLOSED",
          message: "E_CLOSED: app.listen(): this app is closed. Make a new one: violet().",
        },
      );
      await when;
    }
    assert.equal(app.close(), closing);
    end();
  });

  test("does not listen when it is closed before it could", async () => {
    const app: VioletApp = violet({ secret, logger: new MemoryLogger() });
    const listening = app.listen(() => {}, 0, "127.0.0.1");
    const closing = app.close();
    await assert.rejects(listening, { code: "E_CLOSED" });
    await closing;
  });

  test("closes without a stop handler or a commit that never ends, and says so", async () => {
    const loggers = [new MemoryLogger(), new MemoryLogger()] as const;
    const backend = Object.assign(memory(), { commit: () => new Promise<never>(() => {}) });
    const stopping = violet({ secret, logger: loggers[0], limits: { handlerMs: 60_000 } });
    const committing = violet({ secret, logger: loggers[1], backend });
    stopping.on("stop", () => new Promise(() => {}));
    await Promise.all([stopping.ready, committing.ready]);
    committing.run(() => {
      store.value = 3;
    });
    await Promise.all([stopping.close(), committing.close()]);
    assert.deepEqual(
      loggers.map(({ errors }) => errors.at(-1)?.message),
      ["closed without the stop handlers", "closed without the last commits"],
    );
  });

  test("rejects where it cannot listen", async () => {
    const { server: taken, close } = await serve(() => {});
    const app = violet({ secret, logger: new MemoryLogger() });
    const { port } = taken.address() as { port: number };
    await assert.rejects(
      app.listen(() => {}, port, "127.0.0.1"),
      { code: "EADDRINUSE" },
    );
    await app.close();
    await close();
  });

  test("leaves no handle, timer or listener behind, 100 times over", async () => {
    // Timers that do not keep the process alive are in no list but this one.
    const live = new Map<number, string>();
    const hook = createHook({
      init: (id, type) => /^(Timeout|TCP|Pipe|FSEVENT)/.test(type) && live.set(id, type),
      destroy: (id) => live.delete(id),
    }).enable();
    const cycle = async () => {
      const { get, close } = await serve((site, app) =>
        site.get(
          "/",
          app.page(() => html`<p>${store.value}</p>`),
        ),
      );
      await get("/", { connection: "close" });
      await close();
    };
    await cycle();
    const counts = () => ({
      resources: process
        .getActiveResourcesInfo()
        .filter((name) => name !== "Immediate")
        .sort(),
      listeners: process
        .eventNames()
        .map((name) => `${String(name)} ${process.listenerCount(name)}`)
        .sort(),
    });
    const before = { ...counts(), live: live.size };
    for (let index = 0; index < 100; index++) await cycle();
    await new Promise((done) => setImmediate(done));
    hook.disable();
    assert.deepEqual(counts(), { resources: before.resources, listeners: before.listeners });
    // fetch() keeps a few of its own for some time.
    assert(live.size < before.live + 20, [...live.values()].join(" "));
  });
});
