/** The stubs of the server's functions, in a page that no server of Violet's made. */
import { type Realtime, type Rpc, remote } from "../../src/index.ts";
import { assert, suite, test } from "../support/suite.ts";

interface Keys {
  readonly press: Realtime<[unknown]>;
  readonly ask: Rpc<[unknown], unknown>;
}

suite("a stub", () => {
  const { press, ask } = remote<Keys>("keys", { press: "realtime" });
  const notJson = [() => {}, new Date(), Number.NaN, 1n, [undefined]];

  test("C4.1 takes nothing that JSON does not hold, and says so where it is called", async () => {
    for (const value of notJson) {
      assert.throws(() => press(value), { code: "E_NOT_JSON" });
      await assert.rejects(ask(value), { code: "E_NOT_JSON" });
    }
  });

  test("C2.1.8 C4.2 of a realtime function gives nothing that could be awaited", () => {
    assert.equal(press(1), undefined);
  });
});
