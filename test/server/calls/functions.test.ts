/** Where functions run, and what triggers them, by their names alone. */
import { integer, string } from "superstruct";
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

  test("of the server are functions, with structs before them: E_OPTION", () => {
    const run = () => 1;
    const wrong = [[], [string(), run], [[string()]], [["string"], run], [[string()], integer()]];
    for (const [name, make] of Object.entries({ rpc: server.rpc, realtime: server.realtime }))
      for (const given of wrong)
        assert.throws(() => (make as (...given: unknown[]) => void)(...given), {
          code: "E_OPTION",
          message: new RegExp(
            `"server\\.${name}\\(\\)".*expected a function, and before it a list of structs`,
          ),
        });
    assert.throws(() => server.rpc([string()], {} as never, run), {
      code: "E_OPTION",
      message: /"server\.rpc\(\): result".*expected a struct, got object/,
    });
  });
});
