import "../../src/page.ts";
import { assert, suite, test } from "../support/suite.ts";

// A variable, so that the type check does not look for a file of this name.
const copy = "../../src/page.ts?copy";

suite("a second copy of the package in a page", () => {
  test("fails to load, and names what to do", async () => {
    await assert.rejects(() => import(copy), { code: "E_DUPLICATE_PACKAGE" });
  });
});
