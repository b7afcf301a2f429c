import { accepts, parseEventName } from "../../../src/events/modifiers.ts";
import { assert, suite, test } from "../../support/suite.ts";

const parse = (name: string) => parseEventName(name, () => `@${name} on <input>`);

/** A key event for both worlds: Node has no KeyboardEvent. */
const keyEvent = (key: string | undefined, more: object = {}) =>
  Object.assign(new Event("keydown"), { key, isComposing: false, ...more });

suite("an event's name", () => {
  test("E3.2.1 E3.2.7 stands alone or with modifiers in any order", () => {
    const wanted = { type: "submit", keys: [], held: [], prevent: true, stop: true, debounce: 50 };
    for (const name of ["submit.prevent.stop.debounce.50", "submit.debounce.50.stop.prevent"])
      assert.deepEqual<object>(parse(name), { ...wanted, text: name });
    assert.deepEqual(parse("click"), { type: "click", keys: [], held: [], text: "click" });
  });

  for (const flag of ["prevent", "stop", "self", "once", "capture", "passive"])
    test(`may have .${flag}`, () => assert.equal((parse(`scroll.${flag}`) as never)[flag], true as never));

  test("waits 300 ms where no time is given", () => {
    assert.equal(parse("input.debounce").debounce, 300);
    assert.equal(parse("input.debounce.prevent").debounce, 300);
    assert.equal(parse("input.throttle").throttle, 300);
    assert.equal(parse("input.throttle.16").throttle, 16);
    assert.equal(parse("input.debounce.0").debounce, 0);
  });

  test("is camel-cased by .camel alone", () => {
    assert.equal(parse("my-own-event.camel").type, "myOwnEvent");
    assert.equal(parse("my-event").type, "my-event");
    assert.equal(parse("myEvent.prevent").type, "myEvent");
  });

  test("takes modifiers in any case", () => {
    assert.equal(parse("click.PREVENT").prevent, true);
    assert.deepEqual(parse("keydown.Enter.ArrowUp").keys, ["enter", "up"]);
  });

  test("tells a time from a key", () => {
    const { keys, debounce } = parse("keydown.1.debounce.20.2");
    assert.deepEqual({ keys, debounce }, { keys: ["1", "2"], debounce: 20 });
  });

  for (const name of [
    "click.prevnt",
    "click.enter",
    "click.ctrl",
    "keydown.entre",
    "click.",
    "click.300",
    "click.constructor",
    "keydown.f1x",
  ])
    test(`does not have an unknown modifier: @${name}`, () =>
      assert.throws(
        () => parse(name),
        (error) =>
          error instanceof TypeError &&
          (error as { code?: string }).code === "E_MODIFIER" &&
          error.message.startsWith(
            `@${name} on <input>: "${name.split(".")[1]}" is not a modifier. Known are prevent,`,
          ),
      ));
});

suite("a key event", () => {
  const matches: [string, Event][] = [
    ["keydown.enter", keyEvent("Enter")],
    ["keydown.esc", keyEvent("Escape")],
    ["keydown.escape", keyEvent("Escape")],
    ["keydown.space", keyEvent(" ")],
    ["keydown.tab", keyEvent("Tab")],
    ["keydown.delete", keyEvent("Delete")],
    ["keydown.backspace", keyEvent("Backspace")],
    ["keydown.up", keyEvent("ArrowUp")],
    ["keydown.arrowdown", keyEvent("ArrowDown")],
    ["keydown.left", keyEvent("ArrowLeft")],
    ["keydown.right", keyEvent("ArrowRight")],
    ["keyup.pagedown", keyEvent("PageDown")],
    ["keydown.f12", keyEvent("F12")],
    ["keydown.s", keyEvent("S")],
    ["keydown.+", keyEvent("+")],
    ["keydown.ö", keyEvent("Ö")],
    ["keydown.ctrl.s", keyEvent("s", { ctrlKey: true })],
    ["keydown.s.shift.meta", keyEvent("S", { shiftKey: true, metaKey: true })],
    ["keydown.alt", keyEvent("x", { altKey: true })],
    ["keydown.enter.space", keyEvent(" ")],
    ["keydown.prevent", keyEvent("x")],
  ];
  for (const [name, event] of matches)
    test(`passes @${name} with ${(event as KeyboardEvent).key}`, () =>
      assert.equal(accepts(parse(name), event), true));

  const others: [string, Event][] = [
    ["keydown.enter", keyEvent("Tab")],
    ["keydown.ctrl.s", keyEvent("s", { ctrlKey: false })],
    ["keydown.ctrl.s", keyEvent("a", { ctrlKey: true })],
    ["keydown.ctrl.shift", keyEvent("a", { ctrlKey: true, shiftKey: false })],
    ["keydown.enter", keyEvent(undefined)],
    ["keydown.enter", keyEvent("Enter", { isComposing: true })],
  ];
  for (const [name, event] of others)
    test(`does not pass @${name} with ${JSON.stringify(event)} ${(event as KeyboardEvent).key}`, () =>
      assert.equal(accepts(parse(name), event), false));
});

suite(".self", () => {
  test("passes an event of the element itself, not of what is in it", () => {
    const seen: boolean[] = [];
    const target = new EventTarget();
    target.addEventListener("click", (event) => seen.push(accepts(parse("click.self"), event)));
    target.dispatchEvent(new Event("click"));
    target.addEventListener("click", (event) => {
      Object.defineProperty(event, "target", { value: new EventTarget() });
      seen.push(accepts(parse("click.self"), event));
    });
    target.dispatchEvent(new Event("click"));
    assert.deepEqual(seen, [true, true, false]);
  });
});
