import { isTooBig } from "../../../src/wire/limits.ts";
import { MAX_BATCH_BYTES } from "../../../src/wire/protocol.ts";
import { assert, suite, test } from "../../support/suite.ts";

suite("a part of a message", () => {
  test("is too big by its bytes, its values or its keys", () => {
    assert.equal(isTooBig(JSON.stringify("x".repeat(MAX_BATCH_BYTES - 2))), false);
    assert.equal(isTooBig(JSON.stringify("x".repeat(MAX_BATCH_BYTES))), true);
    assert.equal(isTooBig(JSON.stringify("€".repeat(MAX_BATCH_BYTES / 3))), true);
    assert.equal(isTooBig(JSON.stringify(Array.from({ length: 5001 }, () => 1))), true);
    assert.equal(
      isTooBig(JSON.stringify(Object.fromEntries(Array.from({ length: 501 }, (_, n) => [n, 1])))),
      true,
    );
  });

  test("is not too big for its commas in texts", () => {
    assert.equal(isTooBig(JSON.stringify(",".repeat(50_000))), false);
  });
});
