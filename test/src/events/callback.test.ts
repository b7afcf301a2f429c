import { integer, string } from "superstruct";
import { callback } from "../../../src/events/callback.ts";
import { mark, markOf } from "../../../src/events/marks.ts";
import { assert, suite, test } from "../../support/suite.ts";

suite("callback", () => {
  test("marks a function and gives it back", () => {
    const submit = () => {};
    assert.equal(callback(submit), submit);
    assert.deepEqual(markOf(submit), { kind: "callback" });
  });

  test("marks a method, whose `this` stays open", () => {
    class Form {
      name = "form";
      @callback submit(_event: Event) {
        return this.name;
      }
    }
    const form = new Form();
    assert.equal(markOf(form.submit)?.kind, "callback");
    assert.equal(
      form.submit.call(Object.assign(new Form(), { name: "other" }), new Event("submit")),
      "other",
    );
  });

  test("keeps declared arguments beside a function", () => {
    const structs = [string(), integer()] as const;
    const rename = callback(structs, (_name, _count, _event) => {});
    assert.equal(markOf(rename)?.structs, structs);
  });

  test("keeps declared arguments beside a method", () => {
    class List {
      @callback([string()]) remove(_id: string, _event: Event) {}
    }
    assert.equal(markOf(new List().remove)?.structs?.length, 1);
  });

  test("leaves an action an action", () => {
    const send = mark(() => {}, { kind: "action", structs: [] });
    assert.equal(callback(send), send);
    assert.equal(markOf(send)?.kind, "action");
  });

  test("marks a function, not what looks like one", () => {
    assert.equal(markOf({ kind: "callback" }), undefined);
    assert.equal(markOf(undefined), undefined);
    assert.equal(markOf(callback(() => {}).bind(null)), undefined);
  });
});
