import { Figures } from "../support/figures.ts";
import { assert, suite, test } from "../support/suite.ts";
import { bombs } from "./bombs.ts";

suite("a server that gets bombs", () => {
  test("T29 T30 T32 closes or refuses each, and keeps its memory", async () => {
    const figures = new Figures();
    await bombs(100, figures);
    assert.ok(figures.hold);
  });
});
