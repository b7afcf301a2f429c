import { integer, optional, string } from "superstruct";
import { register } from "../../../src/calls/callable.ts";
import { callback, client } from "../../../src/index.ts";
import { assert, suite, test } from "../../support/suite.ts";

suite("client", () => {
  test("C2.2.3 marks what may be bound to an event, as callback does", () => {
    assert.equal(client.callback, callback);
  });

  test("C2.2.0 C2.2.1 C2.2.2 keeps a function of browsers from running on the server: E_NO_BROWSER", () => {
    const width = client(function width(this: unknown, factor: number) {
      return [this, factor * 2];
    });
    if (typeof document === "undefined")
      assert.throws(() => width(2), { code: "E_NO_BROWSER", message: /width/ });
    else assert.deepEqual(width.call("self", 2), ["self", 4]);
  });
});

suite("a client function", () => {
  test("C4.1 runs where it is called, with its arguments checked", () => {
    const seen: unknown[] = [];
    const notify = client.realtime([string(), optional(integer())], (text, n) => seen.push([text, n]));
    assert.equal(notify("a"), undefined);
    notify("b", 2);
    assert.throws(() => notify(1 as never), { code: "E_VALIDATION" });
    assert.throws(() => (notify as (...args: unknown[]) => void)("a", 1, 2), { code: "E_VALIDATION" });
    assert.deepEqual(seen, [
      ["a", undefined],
      ["b", 2],
    ]);
  });

  test("may take no arguments", () => {
    let count = 0;
    client.realtime(() => void ++count)();
    assert.equal(count, 1);
  });

  test("is warned of once, in development, when it returns a value", () => {
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    try {
      const show = client.realtime(function shows() {
        return 7;
      });
      show();
      show();
      client.realtime(async () => {})();
    } finally {
      console.warn = warn;
    }
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] as string, /^violet: the client function "shows" returned a value/);
  });

  test("is sent to pages by the server alone: E_NO_SERVER", () => {
    const module = { notify: client.realtime([string()], () => {}) };
    register("sent", module);
    assert.throws(() => module.notify.broadcast("x"), { code: "E_NO_SERVER" });
    assert.throws(() => module.notify.invoke("somebody", "x"), { code: "E_NO_SERVER" });
  });
});
