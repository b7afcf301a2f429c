/** Where functions run, and what triggers them, by their names alone. */
import { server } from "../../../server/index.ts";
import { client } from "../../../src/index.ts";
import { assert, suite, test } from "../../support/suite.ts";

suite("functions", () => {
  test("C2.0 say by two namespaces where they run, and by their methods what triggers them", () => {
    const { rpc, realtime, on, emit, broadcast, broadcastTo } = server;
    for (const method of [rpc, realtime, on, emit, broadcast, broadcastTo])
      assert.equal(typeof method, "function");
    for (const method of [client, client.callback, client.realtime, client.on])
      assert.equal(typeof method, "function");
    const here = server.rpc(() => "here");
    const there = client(() => "there");
    assert.equal(typeof here.with, "function");
    assert.throws(there, { code: "E_NO_BROWSER" });
  });
});
