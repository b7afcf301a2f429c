import { createHook } from "node:async_hooks";
import { integer } from "superstruct";
import { html, shared } from "../../src/index.ts";
import { NodeClient } from "../support/node-client.ts";
import { serve } from "../support/serve.ts";
import { assert, suite, test } from "../support/suite.ts";

const rounds = shared("rounds", { state: integer(), initial: () => 0 });

const timers = new Set<number>();
/** Those, too, that keep no process alive. */
const watchTimers = createHook({
  init: (id, type) => void (type === "Timeout" && timers.add(id)),
  destroy: (id) => void timers.delete(id),
});

/** What keeps a process alive or is told by it; a turn's own callbacks are no left-overs. */
const open = () => ({
  resources: process
    .getActiveResourcesInfo()
    .filter((name) => name !== "Immediate")
    .toSorted(),
  listeners: process
    .eventNames()
    .map((name) => `${String(name)} ${process.listenerCount(name)}`)
    .toSorted(),
});

suite("a hundred starts and closes", () => {
  test("leave nothing open, whether the page or the server goes first", async () => {
    const round = async (pageGoesFirst: boolean) => {
      const { url, app, close } = await serve((site, app) => {
        site.get(
          "/",
          app.page(() => html`<p>${rounds.value}</p>`),
        );
      });
      const client = await NodeClient.visit(url);
      const core = client.core(rounds);
      core.write(["increment", ["value"], 1]);
      await core.settled();
      assert.equal(
        app.run(() => rounds.value),
        1,
      );
      if (pageGoesFirst) client.close();
      await close();
      client.close();
    };
    await round(true);
    await round(false);
    const before = open();
    watchTimers.enable();
    for (let count = 0; count < 100; count++) await round(count % 2 === 0);
    await new Promise((done) => setImmediate(done));
    watchTimers.disable();
    assert.deepEqual(open(), before);
    // A few are those of `fetch`, for connections that it keeps; one of ours in each round would be a hundred.
    assert.ok(timers.size < 50, `${timers.size} timers are left`);
  });
});
