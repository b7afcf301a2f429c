import { integer } from "superstruct";
import { html, shared } from "../../src/index.ts";
import { NodeClient } from "../support/node-client.ts";
import { serve } from "../support/serve.ts";
import { assert, suite, test } from "../support/suite.ts";

const rounds = shared("rounds", { state: integer(), initial: () => 0 });

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
    for (let count = 0; count < 100; count++) await round(count % 2 === 0);
    await new Promise((done) => setImmediate(done));
    assert.deepEqual(open(), before);
  });
});
