import { VioletError } from "../../src/errors.ts";
import { assert, suite, test } from "../support/suite.ts";

suite("an error", () => {
  test("of a code that there is not says so", () => {
    for (const code of ["E_NOPE", "constructor", undefined]) {
      const error = new VioletError(code as "E_RATE");
      assert.equal(error.code, code);
      assert.match(error.message, new RegExp(`^${code}: Violet has no error of this code`));
    }
  });
});
