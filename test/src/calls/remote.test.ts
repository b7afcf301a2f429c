import { markOf } from "../../../src/events/marks.ts";
import type { Realtime, Rpc } from "../../../src/index.ts";
import { remote } from "../../../src/index.ts";
import { assert, suite, test } from "../../support/suite.ts";

interface Chat {
  readonly search: Rpc<[string], string[]>;
  readonly keystroke: Realtime<[number]>;
}

suite("remote", () => {
  test("gives stubs, each the same whenever it is asked for, which may be bound to events", () => {
    const chat = remote<Chat>("chat", { keystroke: "realtime" });
    const { search, keystroke } = chat;
    assert.equal(chat.search, search);
    assert.equal(typeof search.with({}), "function");
    assert.equal("with" in keystroke, false);
    for (const stub of [search, keystroke]) assert.equal(markOf(stub)?.kind, "stub");
  });

  test("is no promise: it can be awaited as a whole", async () => {
    const chat = remote<Chat>("chat", { keystroke: "realtime" });
    assert.equal(await Promise.resolve(chat), chat);
  });
});
