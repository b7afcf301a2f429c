import { Signer } from "../../server/secret.ts";
import { Tokens } from "../../server/tokens.ts";
import { assert, suite, test } from "../support/suite.ts";

const HOUR_MS = 3_600_000;

suite("tokens", () => {
  let nowMs = Date.UTC(2026, 0, 1);
  const tokens = new Tokens(new Signer(["a secret for tokens"]), { now: () => nowMs });

  test("give the client's id back to its own session alone", () => {
    const token = tokens.client("session-a", "client-1");
    assert.equal(tokens.clientId(token, "session-a"), "client-1");
    assert.equal(tokens.clientId(token, "session-b"), undefined);
  });

  test("T21 are of no use for another purpose or session, neither before they were of use nor after", () => {
    const [client, csrf] = [tokens.client("s", ""), tokens.csrf("s")];
    for (const _ of [1, 2]) {
      assert(!tokens.isCsrf(client, "s"));
      assert.equal(tokens.clientId(csrf, "s"), undefined);
      assert.equal(tokens.clientId(client, "other"), undefined);
      assert(!tokens.isCsrf(csrf, "other"));
      assert.equal(tokens.clientId(client, "s"), "");
      assert(tokens.isCsrf(csrf, "s"));
    }
  });

  test("are refused with one letter changed anywhere", () => {
    const token = tokens.client("s", "client-1");
    for (let index = 0; index < token.length - 1; index++) {
      const letter = token[index] === "A" ? "B" : "A";
      assert.equal(tokens.clientId(token.slice(0, index) + letter + token.slice(index + 1), "s"), undefined);
    }
  });

  test("are refused when they are no tokens at all", () => {
    for (const text of ["", ".", "..", "...", "a.b.c.d", "constructor", "\0", "a".repeat(10_000)])
      assert(!tokens.isCsrf(text, "s"), JSON.stringify(text.slice(0, 20)));
  });

  test("T59 end, a minute of leeway after their time", () => {
    const csrf = tokens.csrf("s");
    nowMs += 24 * HOUR_MS + 59_000;
    assert(tokens.isCsrf(csrf, "s"));
    nowMs += 2000;
    assert(!tokens.isCsrf(csrf, "s"));
  });
});
