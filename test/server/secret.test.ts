import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomId, readSecrets, Signer } from "../../server/secret.ts";
import { afterEach, assert, beforeEach, suite, test } from "../support/suite.ts";

suite("the secret", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "violet-secret-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (secret: string | string[] | undefined, production = false) =>
    readSecrets({ secret, production, folder });

  test("is made once in development, for its owner's eyes alone, and git ignores it", () => {
    const [made] = read(undefined);
    assert.deepEqual<unknown>(read(undefined), [made]);
    assert.equal<unknown>(readFileSync(join(folder, ".violet/secret"), "utf8"), made);
    assert.equal(statSync(join(folder, ".violet/secret")).mode & 0o777, 0o600);
    assert.equal(readFileSync(join(folder, ".violet/.gitignore"), "utf8"), "*\n");
  });

  test("is ignored by git in a folder that was there already, and what stands there is left alone", () => {
    const file = join(folder, ".violet/.gitignore");
    mkdirSync(join(folder, ".violet"));
    read(undefined);
    assert.equal(readFileSync(file, "utf8"), "*\n");
    writeFileSync(file, "secret\n");
    read(undefined);
    assert.equal(readFileSync(file, "utf8"), "secret\n");
  });

  test("must be given in production", () => {
    assert.throws(() => read(undefined, true), { code: "E_OPTION", message: /NODE_ENV is production/ });
    assert.throws(() => statSync(join(folder, ".violet")), { code: "ENOENT" });
  });

  test("is not taken when it is short, empty or missing in a list", () => {
    for (const bad of ["short", "", ["long enough to be a secret", "short"]])
      assert.throws(() => read(bad), { code: "E_OPTION" });
    for (const production of [true, false])
      assert.throws(() => read([], production), { code: "E_OPTION", message: /a list that is not empty/ });
  });

  test("may be a list", () => {
    const secrets = ["the new one, in use now", "the old one, still known"];
    assert.deepEqual(read(secrets, true), secrets);
  });
});

suite("a signature", () => {
  const signer = new Signer(["the first of two secrets"]);

  test("T21 is valid for the same purpose and parts alone", () => {
    const signature = signer.sign("client", "a", "b");
    assert(signer.verify(signature, "client", "a", "b"));
    assert(!signer.verify(signature, "csrf", "a", "b"), "another purpose");
    assert(!signer.verify(signature, "client", "ab", ""), "parts that read the same in a row");
    assert(!signer.verify(signature, "client", "a", "b", ""), "one part more");
    assert(!signer.verify(`${signature}AAAA`, "client", "a", "b"), "longer");
    assert(!signer.verify("", "client", "a", "b"), "empty");
    for (const other of [`${signature}=`, `${signature}!`, ` ${signature}`])
      assert(!signer.verify(other, "client", "a", "b"), "spelt in another way");
  });

  test("by an older secret is valid while that is in the list, and no new one is made with it", () => {
    const old = signer.sign("session", "x");
    const rotated = new Signer(["the second of two secrets", "the first of two secrets"]);
    assert(rotated.verify(old, "session", "x"));
    assert(rotated.sign("session", "x") !== old);
    assert(!new Signer(["the second of two secrets"]).verify(old, "session", "x"));
  });
});

test("ids have 128 bits and do not repeat", () => {
  const ids = new Set(Array.from({ length: 1000 }, randomId));
  assert.equal(ids.size, 1000);
  for (const id of ids) assert.equal(Buffer.from(id, "base64url").length, 16);
});
