import { lateEvent } from "../../../src/events/late-event.ts";
import { assert, suite, test } from "../../support/suite.ts";

class Field extends EventTarget {
  value = "";
  checked = false;
  name = "query";
  describe() {
    return `${this.name}=${this.value}`;
  }
}

/** The late event of one dispatch on a field that shows "typed". */
function dispatched(
  event: Event,
  field = Object.assign(new Field(), { value: "typed" }),
): { late: Event; field: Field } {
  let late = event;
  field.addEventListener(event.type, () => {
    late = lateEvent(event);
  });
  field.dispatchEvent(event);
  return { late, field };
}

suite("an event after its dispatch", () => {
  test("has its own currentTarget, target and path", () => {
    const { late, field } = dispatched(new Event("input"));
    assert.equal(late.currentTarget, field);
    assert.equal(late.target, field);
    assert.deepEqual(late.composedPath(), [field]);
  });

  test("keeps what else it has, methods and class included", () => {
    const { late } = dispatched(new CustomEvent("chosen", { detail: { id: 7 }, cancelable: true }));
    assert.equal((late as CustomEvent).detail.id, 7);
    assert.equal(late.type, "chosen");
    assert.ok(late instanceof CustomEvent);
    assert.doesNotThrow(() => late.preventDefault());
  });

  test("shows the field's value as it was", () => {
    const { late, field } = dispatched(new Event("input"));
    field.value = "another row's";
    field.checked = true;
    const target = late.target as Field;
    assert.equal(target.value, "typed");
    assert.equal(target.checked, false);
    assert.equal((late.currentTarget as Field).value, "typed");
  });

  test("shows the field itself otherwise", () => {
    const { late, field } = dispatched(new Event("input"));
    field.value = "newer";
    const target = late.target as Field;
    assert.equal(target.name, "query");
    assert.equal(target.describe(), "query=newer");
    assert.ok(target instanceof Field);
    target.name = "renamed";
    assert.equal(field.name, "renamed");
  });
});
