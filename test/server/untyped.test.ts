import { array, integer, object, string } from "superstruct";
import { shared } from "../../src/index.ts";
import { untyped } from "../../src/state/untyped.ts";
import { NodeClient } from "../support/node-client.ts";
import { getPage, type Served, serve } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

shared("untyped-poll", {
  state: object({ answers: array(object({ id: string(), votes: integer() })) }),
  initial: () => ({ answers: [{ id: "a", votes: 0 }] }),
  actions: (action) => ({
    vote: action([string(), integer()], ({ answers }, id, by) => {
      const answer = answers.find((each) => each.id === id);
      if (answer) answer.votes += by;
    }),
  }),
});
shared("untyped-visits", { state: integer(), initial: () => 12 });

suite("a store that no module of the page defines", () => {
  let served: Served;
  before(async () => {
    served = await serve(() => {});
  });
  after(() => served.close());

  /** A page that was made elsewhere, and knows nothing of the store. */
  async function visit(name: string) {
    const page = await getPage(`${served.url}/_violet/session`);
    const payload = JSON.parse(page.html);
    const client = NodeClient.of(served.url, { ...page, payload });
    const core = client.coreOf(untyped(name));
    await core.loaded();
    return { client, core };
  }

  test("comes with its state and the names of its actions", async () => {
    const { client, core } = await visit("untyped-poll");
    assert.deepEqual<unknown>(core.snapshot(), { answers: [{ id: "a", votes: 0 }] });
    assert.deepEqual([...core.definition.actions.keys()], ["vote"]);
    client.close();
    const visits = await visit("untyped-visits");
    assert.deepEqual<unknown>(visits.core.snapshot(), { value: 12 });
    visits.client.close();
  });

  test("waits for the server with its actions, which checks what they get", async () => {
    const { client, core } = await visit("untyped-poll");
    core.call("vote", ["a", "2"]);
    assert.deepEqual<unknown>(core.snapshot(), { answers: [{ id: "a", votes: 0 }] });
    await core.settled();
    assert.deepEqual<unknown>(core.snapshot(), { answers: [{ id: "a", votes: 2 }] });
    core.call("vote", [{}, 1]);
    await assert.rejects(core.settled(), { code: "E_VALIDATION" });
    assert.throws(() => core.call("drop", []), { code: "E_UNKNOWN_ACTION" });
    client.close();
  });
});
