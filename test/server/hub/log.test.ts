import assert from "node:assert/strict";
import { Log } from "../../../server/hub/log.ts";
import { suite, test } from "../../support/suite.ts";

const entry = (n: number, ops = 1, bytes = 10) => ({
  ops: Array.from({ length: ops }, () => ["set", ["n"], n] as const),
  writer: undefined,
  n,
  bytes,
});

suite("a log", () => {
  test("keeps the last ops and no more, whatever number of them came", () => {
    const log = new Log(7, { logOps: 10, logBytes: 1000 });
    for (let n = 1; n <= 100; n++) {
      log.push(entry(n));
      const version = 7 + n;
      const kept = Math.min(n, 10);
      assert.deepEqual(
        log.since(version - kept)?.map((each) => each.n),
        Array.from({ length: kept }, (_, index) => n - kept + 1 + index),
      );
      assert.equal(log.since(version - kept - 1), undefined);
      assert.deepEqual(log.since(version), []);
      assert.equal(log.since(version + 1), undefined);
    }
  });

  test("counts ops and bytes, not versions", () => {
    const byOps = new Log(0, { logOps: 10, logBytes: 1000 });
    for (let n = 1; n <= 5; n++) byOps.push(entry(n, 4));
    assert.equal(byOps.since(3)?.length, 2);
    assert.equal(byOps.since(2), undefined);
    const byBytes = new Log(0, { logOps: 1000, logBytes: 50 });
    for (let n = 1; n <= 5; n++) byBytes.push(entry(n, 1, 20));
    assert.equal(byBytes.since(3)?.length, 2);
    assert.equal(byBytes.since(2), undefined);
  });

  test("keeps nothing of what alone is too big", () => {
    const log = new Log(0, { logOps: 10, logBytes: 50 });
    log.push(entry(1));
    log.push(entry(2, 1, 51));
    assert.equal(log.since(1), undefined);
    assert.deepEqual(log.since(2), []);
    log.push(entry(3));
    assert.equal(log.since(2)?.length, 1);
  });
});
