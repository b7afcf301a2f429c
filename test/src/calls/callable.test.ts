import { string } from "superstruct";
import { nameOf, register, registeredAs } from "../../../src/calls/callable.ts";
import { isCallName } from "../../../src/calls/names.ts";
import { client } from "../../../src/index.ts";
import { assert, suite, test } from "../../support/suite.ts";

const fn = () => client.realtime([string()], () => {});

suite("a client function's wire name", () => {
  test("is its file's and its export's; the export of the file's own name is that alone", () => {
    const module = { notify: fn(), names: fn() };
    register("names", module);
    assert.equal(nameOf(module.notify), "names.notify");
    assert.equal(nameOf(module.names), "names");
    assert.equal(registeredAs("names.notify")?.kind, "client");
  });

  test("is given again, and is taken by no other function, nor changed", () => {
    const module = { ping: fn() };
    register("given", module);
    register("given", module);
    assert.throws(() => register("given", { ping: fn() }), { code: "E_DUPLICATE_NAME" });
    assert.throws(() => register("another", module), { code: "E_DUPLICATE_NAME" });
  });

  test("belongs to marked functions alone, and nothing is inherited", () => {
    register("marked", { helper: () => 1, value: 1, nothing: undefined, real: fn() });
    for (const name of ["marked.helper", "marked.value", "constructor", "marked.constructor", "__proto__"])
      assert.equal(registeredAs(name), undefined, name);
    assert.equal(registeredAs("marked.real")?.kind, "client");
  });

  test("is E_UNKNOWN_CALLABLE where its module was given to nobody", () => {
    assert.throws(() => nameOf(fn()), { code: "E_UNKNOWN_CALLABLE" });
    assert.throws(() => nameOf(fn(), () => ({ store: "This one", hint: "it has no module" })), {
      message: /This one: it has no module/,
    });
    const named = { asked: fn() };
    register("curing", named);
    assert.equal(
      nameOf(named.asked, () => assert.fail("nothing is to be cured")),
      "curing.asked",
    );
  });

  test("is one that stands in an address as it is", () => {
    for (const name of ["a", "chat.search", `a${"b".repeat(63)}`]) assert.ok(isCallName(name), name);
    for (const name of ["", "1a", ".a", "a/b", "a b", "a\n", "a%2e", `a${"b".repeat(64)}`])
      assert.ok(!isCallName(name), name);
  });
});
