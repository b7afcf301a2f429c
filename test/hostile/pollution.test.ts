import { Figures } from "../support/figures.ts";
import { assert, suite, test } from "../support/suite.ts";
import { pollution } from "./pollution.ts";

suite("a server that gets 20,000 poisoned messages", () => {
  test("T01 T02 has the same prototypes afterwards", async () => {
    const figures = new Figures();
    await pollution(20_000, figures);
    assert.ok(figures.hold);
  });
});
