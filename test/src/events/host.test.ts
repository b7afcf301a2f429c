import { currentHost, hosts } from "../../../src/events/host.ts";
import { assert, suite, test } from "../../support/suite.ts";

suite("the rendering host", () => {
  test("is unknown outside of any rendering", () => assert.equal(currentHost(), undefined));

  test("is the innermost element, and the outer one again after it", () => {
    const seen = hosts("chat-room", () => [currentHost(), hosts("chat-line", currentHost), currentHost()]);
    assert.deepEqual(seen, ["chat-room", "chat-line", "chat-room"]);
  });

  test("is forgotten after an error", () => {
    const failing = () => hosts("chat-room", () => assert.fail("a render fails"));
    assert.throws(failing);
    assert.equal(currentHost(), undefined);
  });
});
