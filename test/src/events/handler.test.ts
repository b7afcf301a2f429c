import { defaulted, integer, object, optional, string } from "superstruct";
import { callback } from "../../../src/events/callback.ts";
import { checkBound, prepare } from "../../../src/events/handler.ts";
import { mark } from "../../../src/events/marks.ts";
import { assert, suite, test } from "../../support/suite.ts";

type Fn = (...args: never[]) => unknown;

const click = new Event("click");
const call = (handler: Fn, args?: readonly unknown[], event = click) =>
  prepare({ handler, args }, event, undefined)(event);
const check = (handler: unknown, args?: readonly unknown[], type = "click") =>
  checkBound({ handler, args }, type, () => "@click on <button> in <chat-room>");

suite("a handler's arguments", () => {
  test("are the event for a plain callback", () => {
    assert.deepEqual(call(callback((...args: unknown[]) => args)), [click]);
  });

  test("are those of on(), then the event, for a plain callback", () => {
    assert.deepEqual(
      call(
        callback((...args: unknown[]) => args),
        [1, "a"],
      ),
      [1, "a", click],
    );
  });

  for (const kind of ["action", "live", "stub"] as const)
    test(`are those of on() alone for kind "${kind}"`, () => {
      assert.deepEqual(
        call(
          mark((...args: unknown[]) => args, { kind }),
          [1, "a"],
        ),
        [1, "a"],
      );
      assert.deepEqual(call(mark((...args: unknown[]) => args, { kind })), []);
    });

  test("are undefined where an optional one is missing, so that the event stays last", () => {
    const handler = callback([string(), optional(string())], (...args) => args);
    assert.deepEqual(call(handler, ["a"]) as unknown, ["a", undefined, click]);
  });

  test("are coerced from text", () => {
    const handler = callback([integer()], (...args) => args);
    assert.deepEqual(call(handler, ["30"]) as unknown, [30, click]);
  });

  test("are refused by their struct", () => {
    const handler = callback([integer()], (...args) => args);
    assert.throws(() => call(handler, ["many"]), { code: "E_VALIDATION" });
    assert.throws(() => call(handler, [1, 2]), { code: "E_VALIDATION" });
  });

  test("are taken when the event happens", () => {
    const args: unknown[] = [];
    const handler = callback((...given: unknown[]) => given);
    const later = prepare({ handler, args: ["then"] }, click, undefined);
    args.push("now");
    assert.deepEqual(later(click), ["then", click]);
  });

  test("come with the given `this`", () => {
    const host = {};
    const handler = callback(function (this: unknown) {
      return this;
    });
    assert.equal(prepare({ handler, args: [] }, click, host)(click), host);
  });
});

suite("what is bound", () => {
  test("must be marked", () => {
    const submit = () => {};
    assert.throws(
      () => check(submit),
      (error) =>
        error instanceof TypeError &&
        String(error) ===
          'TypeError: @click on <button> in <chat-room>: "submit" is not marked as a callback. Wrap it: callback(submit).' &&
        (error as { code?: string }).code === "E_UNMARKED",
    );
    assert.doesNotThrow(() => check(callback(submit)));
  });

  test("is named when it lost its mark by bind()", () => {
    const submit = () => {};
    assert.throws(() => check(callback(submit).bind(null)), /"submit" is not marked/);
  });

  test("is named by its type when it has no name", () => {
    assert.throws(() => check("save()"), /: this string is not marked/);
    assert.throws(() => check((() => () => {})()), /: this function is not marked/);
    assert.throws(() => check({ handleEvent() {} }), /: this object is not marked/);
  });

  test("must get the arguments that it requires", () => {
    const save = callback([string(), integer(), optional(string())], () => {});
    const error = {
      code: "E_ARGUMENTS",
      message: /declares arguments that it does not get. Bind them: on\(/,
    };
    assert.throws(() => check(save), error);
    assert.throws(() => check(save, ["a"]), error);
    assert.doesNotThrow(() => check(save, ["a", 1]));
  });

  test("may leave out arguments that are optional or have a default", () => {
    assert.doesNotThrow(() => check(callback([optional(string()), defaulted(integer(), 1)], () => {})));
  });

  test("may be an action of one argument on submit, which gets the fields", () => {
    const signUp = mark(() => {}, { kind: "action", structs: [object({ name: string() })] });
    assert.doesNotThrow(() => check(signUp, undefined, "submit"));
    assert.throws(() => check(signUp, undefined, "click"), { code: "E_ARGUMENTS" });
    const rename = mark(() => {}, { kind: "action", structs: [string(), string()] });
    assert.throws(() => check(rename, undefined, "submit"), { code: "E_ARGUMENTS" });
    assert.throws(
      () =>
        check(
          callback([object({})], () => {}),
          [],
          "submit",
        ),
      { code: "E_ARGUMENTS" },
    );
  });
});
