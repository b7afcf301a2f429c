import "../../elements/tags.ts";
import { LitElement, type TemplateResult } from "lit";
import { boolean, integer, object, string } from "superstruct";
import { VioletElement } from "../../elements/violet-element.ts";
import { callback, type Method } from "../../src/events/callback.ts";
import { html } from "../../src/events/html.ts";
import { provideCalls } from "../../src/events/lookup.ts";
import { mark } from "../../src/events/marks.ts";
import { bindCalls, unbindCalls } from "../../src/events/plain-calls.ts";
import { rowOf, setRow } from "../../src/events/row.ts";
import { local } from "../../src/state/local.ts";
import { shared } from "../../src/state/shared.ts";
import { clearAfterEach, settle, stage } from "../support/mount.ts";
import { resolveHere } from "../support/stores.ts";
import { afterEach, assert, beforeEach, suite, test } from "../support/suite.ts";
import { runAll, withTimers } from "../support/timers.ts";
import { uncaughtOf } from "../support/uncaught.ts";

const counter = shared("counter", {
  state: object({ count: integer() }),
  initial: () => ({ count: 0 }),
  actions: (action) => ({
    add: action([integer()], (state, n) => {
      state.count += n;
    }),
  }),
});
const panel = local("panel", {
  state: object({ open: boolean(), color: string() }),
  initial: () => ({ open: false, color: "red" }),
  actions: (action) => ({
    paint: action([string()], (state, color) => {
      state.color = color;
    }),
  }),
});

let calls: unknown[][] = [];
const note =
  (name: string) =>
  (...args: unknown[]) =>
    void calls.push([name, ...args]);
const save = mark(note("save"), { kind: "action" });
const heard = callback(note("heard"));
const functions = new Map<string, Method>([
  ["save", save],
  ["heard", heard],
  ["unmarked", note("unmarked")],
]);

/** An element of a template, and what it offers to the calls inside. */
class CallHost extends LitElement {
  template: () => TemplateResult = () => html``;
  override render() {
    return this.template();
  }
  @callback own(this: unknown, ...args: unknown[]) {
    calls.push([this, ...args]);
  }
  @callback override remove(...args: unknown[]) {
    calls.push(["remove", ...args]);
  }
  plain() {
    calls.push(["plain"]);
  }
}
customElements.define("call-host", CallHost);

/** In a template's shadow root, whose host provides the functions. */
async function inTemplate(template: CallHost["template"]): Promise<ShadowRoot> {
  const host = new CallHost();
  host.template = template;
  provideCalls(host, (name) => functions.get(name));
  stage().append(host);
  await host.updateComplete;
  await import("../../src/events/pace.ts");
  return host.shadowRoot as ShadowRoot;
}

/** As plain HTML, in a place that provides the functions. */
async function inPlain(markup: string): Promise<HTMLElement> {
  const place = stage();
  place.innerHTML = markup;
  provideCalls(place, (name) => functions.get(name));
  for (const element of place.querySelectorAll("*")) bindCalls(element);
  await import("../../src/events/pace.ts");
  return place;
}

const find = <T extends Element = HTMLElement>(place: ParentNode, selector: string): T =>
  place.querySelector(selector) as T;
const fire = (target: EventTarget, event: Event | string) => {
  const one =
    typeof event === "string" ? new Event(event, { bubbles: true, cancelable: true, composed: true }) : event;
  target.dispatchEvent(one);
  return one;
};
const type = (input: Element, value: string) => {
  (input as HTMLInputElement).value = value;
  return fire(input, "input");
};
const failure = async (body: () => unknown) => (await uncaughtOf(body)) as Error & { code?: string };

clearAfterEach();
beforeEach(() => void resolveHere());
afterEach(() => {
  calls = [];
});

suite("the function that a call names", () => {
  test("D3.7 is found outwards, through shadow roots, in templates and in plain HTML", async () => {
    const root = await inTemplate(
      () => html`<p><b @click="save('a')"></b><i data-on-click="save(2)"></i></p>`,
    );
    find(root, "b").click();
    find(root, "i").click();
    const place = await inPlain(`<p><b @click="save('a')"></b><i data-on-click="save(2)"></i></p>`);
    find(place, "b").click();
    find(place, "i").click();
    assert.deepEqual(calls, [
      ["save", "a"],
      ["save", 2],
      ["save", "a"],
      ["save", 2],
    ]);
  });

  test("is the nearest one", async () => {
    const place = await inPlain(`<p><b @click="save"></b></p>`);
    provideCalls(find(place, "p"), (name) => (name === "save" ? heard : undefined));
    find(place, "b").click();
    assert.deepEqual(
      calls.map(([name]) => name),
      ["heard"],
    );
  });

  test("is an element's own callback, with the element as this and the event last", async () => {
    const root = await inTemplate(() => html`<b @click="own(1)"></b>`);
    find(root, "b").click();
    const [[self, one, event] = []] = calls;
    assert(self === root.host);
    assert.equal(one, 1);
    assert.equal((event as Event).type, "click");
  });

  test("passes over what elements inherit under its name", async () => {
    const root = await inTemplate(() => html`<p><b @click="remove(1)"></b></p>`);
    find(root, "b").click();
    assert.deepEqual(calls[0]?.slice(0, 2), ["remove", 1]);
    assert.ok(find(root, "b"));
  });

  const names = [
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "click",
    "remove",
    "innerHTML",
    "alert",
  ];
  for (const name of [...names, "unmarked", "plain", "nobody"])
    test(`T04 T05 is not ${name}: inherited, unmarked and unknown are one error`, async () => {
      const place = await inPlain(`<x-outer><p><b @click.stop="${name}('x')"></b></p></x-outer>`);
      const error = await failure(() => find(place, "b").click());
      assert.equal(error.code, "E_NAME");
      assert(error instanceof TypeError);
      assert.equal(
        error.message,
        `@click.stop on <b> in <x-outer>: "${name}" is not known there; expected a callback, an action or a live callback.`,
      );
      assert.ok(find(place, "b"));
      assert.deepEqual(calls, []);
    });

  test("is no method without a mark, in a template too", async () => {
    const root = await inTemplate(() => html`<b @click="plain"></b>`);
    const { code, message } = await failure(() => find(root, "b").click());
    assert.equal(code, "E_NAME");
    assert.match(message, /^@click on <b> in <call-host>: "plain" is not known there/);
    assert.deepEqual(calls, []);
  });

  test("T43 is found from a form whose fields have the names of its properties", async () => {
    const fields = [
      "parentNode",
      "getAttribute",
      "attributes",
      "closest",
      "elements",
      "form",
      "name",
      "value",
      "addEventListener",
    ];
    const place = await inPlain(
      `<form @submit="save(n, name)"><input name="n" value="1">${fields.map((name) => `<input name="${name}" value="f">`).join("")}</form>`,
    );
    const event = fire(find(place, "form"), new SubmitEvent("submit", { cancelable: true }));
    assert.equal(event.defaultPrevented, true);
    assert.deepEqual(calls, [["save", "1", "f"]]);
  });
});

suite("the tags of stores", () => {
  const show = async (markup: string) => {
    const place = stage();
    place.innerHTML = markup;
    for (const element of place.querySelectorAll("*")) bindCalls(element);
    await settle();
    return find(place, "button");
  };

  test("offer a shared store's actions, whose arguments are coerced and checked", async () => {
    const button = await show(
      `<violet-shared store="counter"><button @click="add('2')"></button></violet-shared>`,
    );
    button.click();
    assert.equal(counter.count, 2);
    button.setAttribute("@click", "add('x')");
    unbindCalls(button);
    bindCalls(button);
    const error = await failure(() => button.click());
    assert.equal(error.code, "E_VALIDATION");
    assert.match(error.message, /"add\.0"/);
    assert.equal(counter.count, 2);
  });

  test("offer a local store's actions, set and toggle", async () => {
    const markup = (call: string) =>
      `<violet-local store="panel"><button @click="${call}"></button></violet-local>`;
    (await show(markup("paint('blue')"))).click();
    assert.equal(panel.color, "blue");
    (await show(markup("set('color', 'green')"))).click();
    assert.equal(panel.color, "green");
    const toggle = await show(markup("toggle('open')"));
    toggle.click();
    assert.equal(panel.open, true);
    toggle.click();
    assert.equal(panel.open, false);
  });

  test("offer set and toggle of a store that is defined in HTML", async () => {
    const button = await show(
      `<violet-local store="inline" initial='{"open":false}'><button @click="toggle('open')"></button></violet-local>`,
    );
    const core = find<HTMLElement & { find(): { root: { open: boolean } } }>(
      document,
      `[store="inline"]`,
    ).find();
    button.click();
    assert.equal(core.root.open, true);
  });

  for (const call of [
    "set('opne', true)",
    "toggle('opne')",
    "set('__proto__', 1)",
    "toggle('toString')",
    "set('constructor', 1)",
  ])
    test(`refuse ${call}: the state has no such key`, async () => {
      const button = await show(
        `<violet-local store="panel"><button @click="${call}"></button></violet-local>`,
      );
      const error = await failure(() => button.click());
      assert.equal(error.code, "E_BAD_PATH");
      assert.deepEqual(Object.keys(panel), ["open", "color"]);
    });

  test("offer neither set nor toggle of a shared store", async () => {
    const button = await show(
      `<violet-shared store="counter"><button @click="set('count', 9)"></button></violet-shared>`,
    );
    assert.equal((await failure(() => button.click())).code, "E_NAME");
    assert.equal(counter.count, 0);
  });
});

suite("a call's arguments", () => {
  test("D3.1 are none for a bare name, and none for an empty list", async () => {
    const place = await inPlain(`<b @click="save"></b><i @click="save()"></i><p @click="heard"></p>`);
    for (const selector of ["b", "i", "p"]) find(place, selector).click();
    assert.deepEqual(calls.slice(0, 2), [["save"], ["save"]]);
    assert.equal((calls[2]?.[1] as Event | undefined)?.type, "click");
  });

  test("D3.4 D10.3 E3.3.2 take value and checked of the element, else of the field that the event comes from", async () => {
    const place = await inPlain(
      `<input id="a" @input="save(value)"><input type="checkbox" @change="save(checked, value)">
       <div @input="save(value)"><input id="b"></div><button value="7" @click="save(value)"><i></i></button>`,
    );
    type(find(place, "#a"), "typed");
    find<HTMLInputElement>(place, "[type=checkbox]").click();
    type(find(place, "#b"), "inside");
    find(place, "button i").click();
    assert.deepEqual(calls, [
      ["save", "typed"],
      ["save", true, "on"],
      ["save", "inside"],
      ["save", "7"],
    ]);
  });

  test("D3.3 E3.3.1 take the fields of the form by name, from the form and from a button in it or of it", async () => {
    const markup = `<form id="f" @submit="save(name, email)"><input name="name" value="Ada"><input name="email" value="a@b">
      <button type="button" @click="save(name)"></button></form><button id="o" form="f" type="button" @click="save(email)"></button>`;
    const place = await inPlain(markup);
    find<HTMLFormElement>(place, "form").requestSubmit();
    find(place, "form button").click();
    find(place, "#o").click();
    assert.deepEqual(calls, [
      ["save", "Ada", "a@b"],
      ["save", "Ada"],
      ["save", "a@b"],
    ]);
  });

  test("take lists of fields of one name, undefined for what is not sent, and the button that submits", async () => {
    const root = await inTemplate(
      () => html`<form @submit="save(tag, off, how)"><input type="checkbox" name="tag" value="1" checked>
        <input type="checkbox" name="tag" value="2" checked><input type="checkbox" name="off"><button name="how" value="fast"></button></form>`,
    );
    find(root, "button").click();
    assert.deepEqual(calls, [["save", ["1", "2"], undefined, "fast"]]);
  });

  test("are all fields as one object on submit where no list is written, and none for an empty list", async () => {
    const place = await inPlain(
      `<form id="a" @submit="save"><input name="n" value="1"></form><form id="b" @submit="save()"><input name="n"></form>`,
    );
    find<HTMLFormElement>(place, "#a").requestSubmit();
    find<HTMLFormElement>(place, "#b").requestSubmit();
    assert.deepEqual(calls, [["save", { n: "1" }], ["save"]]);
  });

  test("D2.2.4 take the keys of the row, the innermost first, paths in it, and $index", async () => {
    const place = await inPlain(
      `<ul><li><form><input name="id" value="field"><input name="other" value="field">
        <b @click="save(id, author.name, author.nobody.x, $index, name, other)"></b></form></li></ul>`,
    );
    const outer = { value: { id: "outer", name: "list" }, index: 3, outer: undefined };
    setRow(find(place, "ul"), outer);
    setRow(find(place, "li"), { value: { id: "row", author: { name: "Ada" } }, index: 0, outer });
    assert.equal(rowOf(find(place, "b"))?.index, 0);
    find(place, "b").click();
    assert.deepEqual(calls, [["save", "row", "Ada", undefined, 0, "list", "field"]]);
  });

  test("let value and checked win over a row's keys and a form's fields of these names", async () => {
    const place = await inPlain(`<p><form><input name="value" value="own" @input="save(value)"></form></p>`);
    setRow(place, { value: { value: "row" }, index: 0, outer: undefined });
    type(find(place, "input"), "typed");
    assert.deepEqual(calls, [["save", "typed"]]);
  });

  for (const name of [
    "nobody",
    "constructor",
    "__proto__.x",
    "toString",
    "value",
    "checked",
    "$index",
    "length",
  ])
    test(`T04 are an error for ${name} where nothing has it itself, and nothing is called`, async () => {
      const place = await inPlain(`<form><input name="n"><b @click="save(${name})"></b></form>`);
      if (name !== "$index") setRow(place, { value: { id: 1 }, index: 0, outer: undefined });
      const error = await failure(() => find(place, "b").click());
      assert.equal(error.code, "E_NAME");
      assert.match(
        error.message,
        /^@click on <b>: ".*" is not known there; expected value, checked, \$index, /,
      );
      assert.deepEqual(calls, []);
    });

  test("of a row end at a shadow root", async () => {
    const root = await inTemplate(() => html`<b @click="save(id)"></b>`);
    setRow(root.host, { value: { id: 1 }, index: 0, outer: undefined });
    assert.equal((await failure(() => find(root, "b").click())).code, "E_NAME");
  });
});

suite("a form with a call", () => {
  const submit = (place: ParentNode) =>
    fire(find(place, "form"), new SubmitEvent("submit", { cancelable: true })).defaultPrevented;

  test("D3.6 E3.2.7 is not submitted by the browser: held back, spent, or with arguments that do not fit, too", async () => {
    const strict = mark(() => {}, { kind: "action", structs: [integer()] });
    functions.set("strict", strict);
    assert.equal(submit(await inPlain(`<form @submit="save"></form>`)), true);
    assert.equal(submit(await inTemplate(() => html`<form @submit="heard"></form>`)), true);
    const held = await inPlain(`<form @submit.throttle.60000="save"></form>`);
    const spent = await inPlain(`<form @submit.once="save"></form>`);
    for (const place of [held, held, spent, spent]) assert.equal(submit(place), true);
    assert.equal(calls.length, 4);
    const wrong = await inPlain(`<form @submit="strict('x')"></form>`);
    assert.equal((await failure(() => assert.equal(submit(wrong), true))).code, "E_VALIDATION");
  });

  test("is submitted where its live component has ended", async () => {
    let isOver = false;
    const stop = mark(note("stop"), {
      kind: "live",
      get isOver() {
        return isOver;
      },
    });
    functions.set("stop", stop);
    const place = await inPlain(`<form @submit="stop"></form>`);
    assert.equal(submit(place), true);
    isOver = true;
    assert.equal(submit(place), false);
  });

  test("is submitted where nothing has the name, as without JavaScript", async () => {
    const place = await inPlain(`<form @submit="nobody"></form>`);
    assert.equal((await failure(() => assert.equal(submit(place), false))).code, "E_NAME");
    const prevented = await inPlain(`<form @submit.prevent="nobody"></form>`);
    assert.equal((await failure(() => assert.equal(submit(prevented), true))).code, "E_NAME");
  });
});

suite("events and modifiers of a call", () => {
  test("E3.1.2 are heard that do not bubble: focus, blur, toggle, load, invalid, scroll", async () => {
    const types = ["focus", "blur", "toggle", "load", "invalid", "scroll", "mouseenter"];
    const place = await inPlain(
      types.map((type) => `<p id="${type}" @${type}="save('${type}')"></p>`).join(""),
    );
    for (const type of types) fire(find(place, `#${type}`), new Event(type));
    assert.deepEqual(
      calls,
      types.map((type) => ["save", type]),
    );
  });

  test("E3.1.2 are those that browsers send, too", async () => {
    const place = await inPlain(
      `<form><input required @invalid="save('invalid')"></form><details @toggle="save('toggle')"></details>
       <img @load="save('load')" alt="">`,
    );
    const heard = (target: Element, type: string) =>
      new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
    find<HTMLInputElement>(place, "input").checkValidity();
    const details = find<HTMLDetailsElement>(place, "details");
    const image = find<HTMLImageElement>(place, "img");
    const both = Promise.all([heard(details, "toggle"), heard(image, "load")]);
    details.open = true;
    image.src = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
    await both;
    assert.deepEqual(new Set(calls.map(([, name]) => name)), new Set(["invalid", "load", "toggle"]));
  });

  for (const at of ["@", "data-on-"])
    test(`D3.6 E3.1.2 E3.1.3 E3.2.2 E3.2.3 work with ${at}: prevent, stop, self, once, keys, camel in lower case`, async () => {
      const place = await inPlain(
        `<div ${at}click="save('outer')"><a ${at}click.prevent.stop="save('a')"></a><b ${at}click.self.stop="save('b')"><i></i></b></div>
         <u ${at}click.once="save('u')"></u><input ${at}keydown.ctrl.s.prevent="save('s')"><p ${at}my-event.camel="save('camel')"></p>`,
      );
      assert.equal(fire(find(place, "a"), "click").defaultPrevented, true);
      find(place, "i").click();
      find(place, "b").click();
      find(place, "u").click();
      find(place, "u").click();
      const press = (ctrlKey: boolean) =>
        fire(find(place, "input"), new KeyboardEvent("keydown", { key: "s", ctrlKey, cancelable: true }));
      assert.equal(press(false).defaultPrevented, false);
      assert.equal(press(true).defaultPrevented, true);
      fire(find(place, "p"), "myEvent");
      assert.deepEqual(
        calls.map(([, name]) => name),
        ["a", "outer", "b", "u", "s", "camel"],
      );
    });

  test("work in templates, which keep the case of a name", async () => {
    const root = await inTemplate(
      () =>
        html`<p @myEvent.stop="save(1)"></p><b @click.once="save(2)"></b><svg data-on-otherEvent="save(3)"></svg>`,
    );
    fire(find(root, "p"), "myEvent");
    find(root, "b").click();
    find(root, "b").click();
    fire(find(root, "svg"), "otherEvent");
    assert.deepEqual(calls, [
      ["save", 1],
      ["save", 2],
      ["save", 3],
    ]);
  });

  test("D3.5 E6.5 hold back, with .debounce, the values and arguments of their time", () =>
    withTimers(async (timers) => {
      const markup = `<input @input.debounce="save(value, $index)">`;
      const place = await inPlain(markup);
      const root = await inTemplate(
        () => html`<form><input name="n" @input.debounce.100="save(value, n)"></form>`,
      );
      setRow(place, { value: {}, index: 1, outer: undefined });
      type(find(place, "input"), "typed");
      type(find(root, "input"), "typed");
      for (const input of [find<HTMLInputElement>(place, "input"), find<HTMLInputElement>(root, "input")])
        input.value = "later";
      setRow(place, { value: {}, index: 2, outer: undefined });
      assert.deepEqual(calls, []);
      runAll(timers);
      assert.deepEqual(calls, [
        ["save", "typed", 1],
        ["save", "typed", "typed"],
      ]);
    }));
});

suite("binding the calls of plain HTML", () => {
  test("again does nothing; unbinding takes them away, and makes what is held back", () =>
    withTimers(async (timers) => {
      const place = await inPlain(`<b @click="save"></b><input @input.debounce="save">`);
      for (const element of place.children) bindCalls(element);
      find(place, "b").click();
      assert.equal(calls.length, 1);
      type(find(place, "input"), "x");
      for (const element of place.children) unbindCalls(element);
      await Promise.resolve();
      assert.equal(calls.length, 2);
      runAll(timers);
      find(place, "b").click();
      assert.equal(calls.length, 2);
    }));

  test("leaves to a template what it has bound", async () => {
    const root = await inTemplate(() => html`<b @click="save"></b>`);
    bindCalls(find(root, "b"));
    find(root, "b").click();
    assert.equal(calls.length, 1);
  });

  test("tells of an attribute that is none, and binds the others", async () => {
    const place = stage();
    place.innerHTML = `<b @click="save(" @focus="heard"></b>`;
    provideCalls(place, (name) => functions.get(name));
    const error = await failure(() => bindCalls(find(place, "b")));
    assert.equal(error.code, "E_CALL");
    assert.match(error.message, /^@click on <b>: "save\(" is not a call/);
    fire(find(place, "b"), "focus");
    assert.equal(calls.length, 1);
  });
});

suite("a call of a template", () => {
  test("goes to what is provided when the event comes, after a move, too", async () => {
    class Moved extends VioletElement {
      override render() {
        return html`<button @click="add(1)"></button>`;
      }
    }
    customElements.define("moved-caller", Moved);
    const place = stage();
    place.innerHTML = `<violet-shared store="counter"></violet-shared><moved-caller></moved-caller>`;
    const moved = find<Moved>(place, "moved-caller");
    await moved.updateComplete;
    find(place, "violet-shared").append(moved);
    find(moved.shadowRoot as ShadowRoot, "button").click();
    assert.equal(counter.count, 1);
    place.append(moved);
    assert.equal(
      (await failure(() => find(moved.shadowRoot as ShadowRoot, "button").click())).code,
      "E_NAME",
    );
  });

  test("reads entities as the HTML parser does", async () => {
    const root = await inTemplate(() => html`<b @click="save(&quot;a &amp; b&quot;)"></b>`);
    find(root, "b").click();
    assert.deepEqual(calls, [["save", "a & b"]]);
  });
});
