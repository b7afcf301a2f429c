/** A real link through a real proxy that lets nothing through any more, as a pulled cable or a forgotten NAT does. */
import { integer } from "superstruct";
import { html, increment, shared } from "../../src/index.ts";
import { Gate } from "../e2e/support/gate.ts";
import { NodeClient } from "../support/node-client.ts";
import { serve } from "../support/serve.ts";
import { assert, test } from "../support/suite.ts";

const store = shared("half-open", { state: integer(), initial: () => 0 });

test("T52 a link that is silent is given up on both sides, and resumed when it is not", async () => {
  const { app, url, close } = await serve(
    (site, app) =>
      site.get(
        "/",
        app.page(() => html`<p>${store.value}</p>`),
      ),
    { heartbeatMs: 1000, limits: { graceMs: 1 } },
  );
  const gate = await Gate.before(url);
  const gone = Promise.withResolvers<void>();
  app.on("disconnect", () => gone.resolve());
  const client = await NodeClient.visit(`${gate.url}/`);
  const core = client.core(store);
  await client.until("live");
  gate.hold();
  increment(core.root as { value: number }, "value");
  app.run(() => increment(store, "value", 10));
  await Promise.all([client.until("offline"), gone.promise]);
  gate.release();
  await client.until("live");
  await core.settled();
  assert.deepEqual(core.snapshot(), { value: 11 });
  assert.equal(
    app.run(() => store.value),
    11,
  );
  assert.equal(app.counters.snapshots, 0);
  client.close();
  await close();
  await gate[Symbol.asyncDispose]();
});
