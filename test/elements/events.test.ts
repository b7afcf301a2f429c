import { LitElement, html as litHtml, nothing, render, type TemplateResult } from "lit";
import { integer, optional, string } from "superstruct";
import { callback } from "../../src/events/callback.ts";
import { hosts } from "../../src/events/host.ts";
import { html } from "../../src/events/html.ts";
import { mark } from "../../src/events/marks.ts";
import { on } from "../../src/events/on.ts";
import { trusted } from "../../src/events/trusted.ts";
import { afterEach, assert, suite, test } from "../support/suite.ts";
import { runAll, withTimers } from "../support/timers.ts";

/** An element of a base class that does not know Violet. It renders what `template` gives. */
class EventHost extends LitElement {
  template: (host: this) => TemplateResult = () => html``;
  override render() {
    return this.template(this);
  }
  @callback self(this: unknown, event: Event) {
    calls.push([this, event]);
  }
}
customElements.define("event-host", EventHost);

const text = "<i>text</i>";
let calls: unknown[][] = [];
const log = callback((...args: unknown[]) => void calls.push(args));
const typeAt = (call: number, argument: number) => (calls[call]?.[argument] as Event | undefined)?.type;
const action = mark((...args: unknown[]) => void calls.push(args), { kind: "action" });

async function mount(template: EventHost["template"]): Promise<EventHost> {
  const host = new EventHost();
  host.template = template;
  document.body.append(host);
  await host.updateComplete;
  // What holds events back has been asked for before, and so is there.
  await import("../../src/events/pace.ts");
  return host;
}

async function rerender(host: EventHost, template: EventHost["template"]): Promise<void> {
  host.template = template;
  host.requestUpdate();
  await host.updateComplete;
}

const find = <T extends Element = HTMLElement>(host: Element, selector: string): T =>
  host.shadowRoot?.querySelector(selector) as T;

const fails = (template: EventHost["template"], expected: object) =>
  assert.rejects(async () => void (await mount(template)), { ...expected });

const press = (target: EventTarget, key: string, more: KeyboardEventInit = {}) =>
  target.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true, ...more }),
  );

const fire = (target: EventTarget, type: string, init: EventInit = {}) => {
  const event = new Event(type, { bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
};

afterEach(async () => {
  for (const host of document.querySelectorAll("event-host")) host.remove();
  // What they hold back is called now.
  await Promise.resolve();
  calls = [];
});

suite("@event in html", () => {
  test("calls a marked function with the event", async () => {
    const host = await mount(() => html`<button @click=${log}></button>`);
    find(host, "button").click();
    assert.equal(calls.length, 1);
    assert.equal(typeAt(0, 0), "click");
  });

  test("binds `this` of a method to its element", async () => {
    const host = await mount(
      (host) => html`<button @click=${host.self}></button><i @click=${on(host.self)}></i>`,
    );
    find(host, "button").click();
    find(host, "i").click();
    assert(calls[0]?.[0] === host);
    assert(calls[1]?.[0] === host);
  });

  test("binds `this` to the element of the event where no element renders", () => {
    const container = document.createElement("div");
    render(html`<i @click=${EventHost.prototype.self}></i>`, container);
    (container.firstElementChild as HTMLElement).click();
    assert(calls[0]?.[0] === container.firstElementChild);
  });

  test("listens to nothing for null, undefined and nothing, and again to what comes after", async () => {
    const template = (handler: unknown) => () => html`<button @click.prevent=${handler}></button>`;
    const host = await mount(template(null));
    for (const handler of [undefined, log, nothing, log, null]) {
      await rerender(host, template(handler));
      find(host, "button").click();
    }
    assert.equal(calls.length, 2);
  });

  test("listens once, with the handler of the last rendering", async () => {
    const template = (n: number) => () => html`<button @click=${on(action, n)}></button>`;
    const host = await mount(template(1));
    await rerender(host, template(2));
    await rerender(host, template(3));
    find(host, "button").click();
    assert.deepEqual(calls, [[3]]);
  });

  test("changes between functions and directives without a double", async () => {
    const template = (handler: unknown) => () => litHtml`<button @click=${handler}></button>`;
    const host = await mount(template(log));
    await rerender(host, template(on(action, 1)));
    find(host, "button").click();
    await rerender(host, template(action));
    find(host, "button").click();
    assert.equal(calls.length, 2);
    assert.deepEqual(calls[0], [1]);
  });

  test("passes functions on where no event is bound", async () => {
    const select = () => {};
    const host = await mount(() => html`<p .onSelect=${select} .other=${log}></p>`);
    const p = find(host, "p") as HTMLElement & Record<string, unknown>;
    assert.equal(p.onSelect, select);
    assert.equal(p.other, log);
  });

  test("keeps the case of a bound name", async () => {
    const host = await mount(() => html`<p @myEvent.stop=${log} @other-event.camel=${log}></p>`);
    fire(find(host, "p"), "myEvent");
    fire(find(host, "p"), "otherEvent");
    assert.equal(calls.length, 2);
  });

  test("leaves text that looks like a binding as text", async () => {
    const host = await mount(() => html`<p>set @click="${text}" there</p>`);
    assert.equal(find(host, "p").textContent, `set @click="${text}" there`);
  });
});

suite("an unmarked handler", () => {
  const submit = () => {};
  const message =
    'TypeError: @click on <button> in <event-host>: "submit" is not marked as a callback. Wrap it: callback(submit).';
  const exactly = (error: unknown) =>
    error instanceof TypeError &&
    String(error) === message &&
    (error as { code?: string }).code === "E_UNMARKED";

  test("throws when html renders", () =>
    assert.rejects(() => mount(() => html`<button @click=${submit}></button>`), exactly));

  test("throws when on() renders in html and in Lit's own", async () => {
    await assert.rejects(() => mount(() => html`<button @click=${on(submit)}></button>`), exactly);
    await assert.rejects(() => mount(() => litHtml`<button @click=${on(submit)}></button>`), exactly);
  });

  test("throws for what is no function, in a host that is known", () =>
    fails(() => hosts("event-host", () => html`<button @click=${text}></button>`), {
      code: "E_UNMARKED",
      message: /^@click on <button> in <event-host>: this string is not marked/,
    }));

  test("throws when it takes a marked one's place, and the page goes on with a marked one", async () => {
    const template = (handler: unknown) => () => html`<button @click=${handler}></button>`;
    const host = await mount(template(log));
    await assert.rejects(() => rerender(host, template(submit)), exactly);
    await rerender(host, template(log));
    find(host, "button").click();
    assert.equal(calls.length, 1);
  });

  test("throws without the host where no element renders", () =>
    assert.throws(() => render(html`<button @click=${submit}></button>`, document.createElement("div")), {
      message: /^@click on <button>: "submit" is not marked/,
    }));

  test("names the binding with its modifiers", () =>
    fails(() => html`<form @submit.prevent=${submit}></form>`, {
      message: /^@submit\.prevent on <form> in <event-host>:/,
    }));
});

suite("other mistakes in a template", () => {
  test("throw when it renders: unknown modifiers, in Lit's own html too", async () => {
    await fails(() => html`<i @click.prevnt=${log}></i>`, { code: "E_MODIFIER" });
    await fails(() => litHtml`<i @click.prevnt=${on(log)}></i>`, {
      code: "E_MODIFIER",
      message: /^@click\.prevnt on <i> in <event-host>: "prevnt" is not a modifier/,
    });
  });

  test("throw when it renders: required arguments that nobody gives", async () => {
    const rename = (_id: string, _name: string | undefined, _event: Event) => {};
    callback([string(), optional(string())], rename);
    await fails(() => html`<i @click=${rename}></i>`, {
      code: "E_ARGUMENTS",
      message:
        /^@click on <i> in <event-host>: "rename" declares arguments that it does not get. Bind them: on\(rename, \.\.\.\)\.$/,
    });
    await mount(() => html`<i @click=${on(rename, "a")}></i>`);
  });
});

suite("arguments", () => {
  test("of on() come before the event for a callback, alone for an action", async () => {
    const host = await mount(
      () => html`<i @click=${on(log, 1, "a")}></i><b @click=${on(action, 1, "a")}></b>`,
    );
    find(host, "i").click();
    find(host, "b").click();
    assert.deepEqual(calls[0]?.slice(0, 2), [1, "a"]);
    assert.equal(typeAt(0, 2), "click");
    assert.deepEqual(calls[1], [1, "a"]);
  });

  test("are none for a bare action", async () => {
    const host = await mount(() => html`<i @click=${action}></i>`);
    find(host, "i").click();
    assert.deepEqual(calls, [[]]);
  });

  test("are the form's fields on submit, repeated names as a list, with the button that was pressed", async () => {
    const host = await mount(
      () => html`<form @submit.prevent=${action}>
        <input name="email" value="a@b"><input name="__proto__" value="x">
        <input type="checkbox" name="tag" value="1" checked><input type="checkbox" name="tag" value="2" checked>
        <input type="checkbox" name="off"><button name="how" value="fast"></button>
      </form>`,
    );
    find(host, "button").click();
    const fields = calls[0]?.[0] as Record<string, unknown>;
    assert.deepEqual(Object.entries(fields), [
      ["email", "a@b"],
      ["__proto__", "x"],
      ["tag", ["1", "2"]],
      ["how", "fast"],
    ]);
    assert.equal(Object.getPrototypeOf(fields), Object.prototype);
  });

  test("are none on submit for an action that declares none, and those of on() where it gives some", async () => {
    const clear = mark((...args: unknown[]) => void calls.push(args), { kind: "action", structs: [] });
    const host = await mount(
      () => html`<form id="a" @submit.prevent=${clear}><input name="x"></form>
        <form id="b" @submit.prevent=${on(action, 7)}><input name="x"></form>`,
    );
    find<HTMLFormElement>(host, "#a").requestSubmit();
    find<HTMLFormElement>(host, "#b").requestSubmit();
    assert.deepEqual(calls, [[], [7]]);
  });

  test("are coerced from text and checked by their structs", async () => {
    const setAge = callback([integer()], (age, event) => void calls.push([age, event.type]));
    const host = await mount(() => html`<i @click=${on(setAge, "30" as unknown as number)}></i>`);
    find(host, "i").click();
    assert.deepEqual(calls, [[30, "click"]]);
  });
});

suite("modifiers", () => {
  test("E3.2.2 E3.2.3 prevent and stop what passes the filters, nothing else", async () => {
    const host = await mount(
      () =>
        html`<div @click=${log}><a @click.prevent.stop=${action}></a><b @click.self.stop.prevent=${action}><i></i></b></div>`,
    );
    assert.equal(fire(find(host, "a"), "click").defaultPrevented, true);
    assert.deepEqual(calls, [[]]);
    assert.equal(fire(find(host, "i"), "click").defaultPrevented, false);
    assert.equal(calls.length, 2, "the click inside .self bubbles on");
    assert.equal(fire(find(host, "b"), "click").defaultPrevented, true);
    assert.equal(calls.length, 3);
  });

  test("prevent a key and its combinations only", async () => {
    const host = await mount(() => html`<input @keydown.ctrl.s.prevent=${action} @keydown.enter=${log}>`);
    const input = find(host, "input");
    assert.equal(press(input, "s"), true);
    assert.equal(press(input, "s", { ctrlKey: true }), false);
    assert.equal(press(input, "Enter"), true);
    assert.equal(press(input, "Enter", { isComposing: true }), true);
    assert.equal(calls.length, 2);
  });

  test("call once, by what passes the filters, also after a rendering and a move", async () => {
    const template = () => html`<b @click.once.self=${on(action, 1)}><i></i></b>`;
    const host = await mount(template);
    find(host, "i").click();
    find(host, "b").click();
    find(host, "b").click();
    assert.deepEqual(calls, [[1]]);
    await rerender(host, template);
    host.remove();
    document.body.append(host);
    find(host, "b").click();
    assert.deepEqual(calls, [[1]]);
  });

  test("capture before the target, and listen passively", async () => {
    const order: string[] = [];
    const note = (name: string) => callback(() => void order.push(name));
    const outer = note("outer");
    const inner = note("inner");
    const host = await mount(
      () => html`<b @click.capture=${outer} @wheel.passive.prevent=${outer}><i @click=${inner}></i></b>`,
    );
    find(host, "i").click();
    assert.deepEqual(order, ["outer", "inner"]);
    assert.equal(fire(find(host, "b"), "wheel").defaultPrevented, false);
  });

  test("E3.2.6 throttle: the first at once, the next after the time", async () => {
    const host = await mount(() => html`<i @scroll.throttle.100=${log}></i>`);
    for (const timeStamp of [1000, 1050, 1099, 1100, 1150, 1200]) {
      const event = new Event("scroll");
      Object.defineProperty(event, "timeStamp", { value: timeStamp });
      find(host, "i").dispatchEvent(event);
    }
    assert.deepEqual(
      calls.map(([event]) => (event as Event).timeStamp),
      [1000, 1100, 1200],
    );
  });
});

suite(".debounce", () => {
  const type = (input: Element, value: string) => {
    (input as HTMLInputElement).value = value;
    fire(input, "input", { composed: true });
  };

  test("E3.2.5 E13.1 calls once, after the pause, with the last event", () =>
    withTimers(async (timers) => {
      const host = await mount(() => html`<input @input.debounce.250.prevent=${log}>`);
      const input = find(host, "input");
      type(input, "a");
      type(input, "ab");
      assert.deepEqual(
        [...timers.values()].map(({ ms }) => ms),
        [250],
      );
      assert.equal(fire(input, "input").defaultPrevented, true, "prevented at once");
      assert.deepEqual(calls, []);
      runAll(timers);
      assert.equal(calls.length, 1);
    }));

  test("handles at once what comes before its code is loaded", () => {
    const container = document.createElement("div");
    render(html`<i @click.debounce=${log}></i>`, container);
    container.querySelector("i")?.click();
    assert.equal(calls.length, 1);
  });

  test("E3.2.4 waits 300 ms when no time is given", () =>
    withTimers(async (timers) => {
      const host = await mount(() => html`<input @input.debounce=${log}>`);
      type(find(host, "input"), "a");
      assert.deepEqual(
        [...timers.values()].map(({ ms }) => ms),
        [300],
      );
    }));

  test("hands out the element itself, though the dispatch is over", () =>
    withTimers(async (timers) => {
      const host = await mount(() => html`<label @input.debounce=${log}><input></label>`);
      const input = find(host, "input");
      type(input, "typed");
      runAll(timers);
      const event = calls[0]?.[0] as InputEvent;
      assert(event.target === input);
      assert(event.currentTarget === find(host, "label"));
      assert(event.composedPath()[0] === input);
      assert.equal((event.target as HTMLInputElement).value, "typed");
      assert.ok(event instanceof Event);
    }));

  test("hands out the value and the arguments of its time, when a row took another's place since", () =>
    withTimers(async (timers) => {
      const rename = callback(
        [string()],
        (id, event) => void calls.push([id, (event.target as HTMLInputElement).value]),
      );
      const template = (id: string, name: string) => () =>
        html`<input .value=${name} @input.debounce=${on(rename, id)}>`;
      const host = await mount(template("1", "one"));
      type(find(host, "input"), "uno");
      await rerender(host, template("2", "two"));
      runAll(timers);
      assert.deepEqual(calls, [["1", "uno"]]);
    }));

  test("hands out the fields of its time on submit", () =>
    withTimers(async (timers) => {
      const host = await mount(
        () => html`<form @submit.prevent.debounce=${action}><input name="a" value="1"></form>`,
      );
      find<HTMLFormElement>(host, "form").requestSubmit();
      find<HTMLInputElement>(host, "input").value = "2";
      runAll(timers);
      assert.deepEqual(calls, [[{ a: "1" }]]);
    }));

  test("binds `this` to the host", () =>
    withTimers(async (timers) => {
      const host = await mount((host) => html`<input @input.debounce=${host.self}>`);
      type(find(host, "input"), "a");
      runAll(timers);
      assert(calls[0]?.[0] === host);
    }));

  test("makes the call when its element goes, once, with the value of its time", () =>
    withTimers(async (timers) => {
      const template = (shown: boolean) => () =>
        html`${shown ? html`<input @input.debounce=${log}>` : nothing}`;
      const host = await mount(template(true));
      const input = find<HTMLInputElement>(host, "input");
      type(input, "a");
      await rerender(host, template(false));
      assert.equal(calls.length, 1);
      assert.equal((calls[0]?.[0] as InputEvent | undefined)?.target, input);
      runAll(timers);
      assert.equal(calls.length, 1);
    }));

  test("makes the call when its host leaves the page", () =>
    withTimers(async () => {
      const host = await mount(() => html`<input @input.debounce=${log}>`);
      type(find(host, "input"), "a");
      host.remove();
      await Promise.resolve();
      assert.equal(calls.length, 1);
    }));

  test("makes the call when its handler goes", () =>
    withTimers(async (timers) => {
      const template = (handler: unknown) => () => html`<input @input.debounce=${handler}>`;
      const host = await mount(template(log));
      type(find(host, "input"), "a");
      await rerender(host, template(null));
      runAll(timers);
      assert.equal(calls.length, 1);
    }));

  test("keeps the call of an element that is only moved", () =>
    withTimers(async (timers) => {
      const host = await mount(() => html`<input @input.debounce=${log}>`);
      type(find(host, "input"), "a");
      document.body.prepend(host);
      await host.updateComplete;
      runAll(timers);
      assert.equal(calls.length, 1);
    }));

  test("calls once with .once, and then listens no more", () =>
    withTimers(async (timers) => {
      const host = await mount(() => html`<input @input.once.debounce=${log}>`);
      type(find(host, "input"), "a");
      type(find(host, "input"), "ab");
      runAll(timers);
      type(find(host, "input"), "abc");
      assert.equal(timers.size, 0);
      assert.equal(calls.length, 1);
    }));
});

suite("a listener", () => {
  test("is gone with its element, and back with it", async () => {
    const host = await mount(() => html`<i @click=${on(action, 1)}></i><b @click.stop=${action}></b>`);
    const [i, b] = [find(host, "i"), find(host, "b")];
    host.remove();
    i.click();
    b.click();
    assert.deepEqual(calls, []);
    document.body.append(host);
    i.click();
    b.click();
    assert.deepEqual(calls, [[1], []]);
  });

  test("is gone with its branch", async () => {
    const template = (shown: boolean) => () => html`${shown ? html`<i @click=${action}></i>` : nothing}`;
    const host = await mount(template(true));
    const i = find(host, "i");
    await rerender(host, template(false));
    i.click();
    assert.deepEqual(calls, []);
  });

  test("is not there in an element that renders outside the page, until it is inside", async () => {
    const host = await mount(() => html`<i @click=${action}></i>`);
    host.remove();
    await rerender(host, () => html`<b @click=${action}></b>`);
    find(host, "b").click();
    assert.deepEqual(calls, []);
    document.body.append(host);
    find(host, "b").click();
    assert.deepEqual(calls, [[]]);
  });
});

suite("an error in a handler", () => {
  /** What reaches window while `body` runs; the test runner's own listeners do not hear of it. */
  async function caught(body: () => void): Promise<unknown> {
    const { onerror } = window;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const onRejection = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      resolve(event.reason);
    };
    window.onerror = (_message, _file, _line, _column, error) => {
      resolve(error);
      return true;
    };
    addEventListener("unhandledrejection", onRejection, { capture: true });
    try {
      body();
      return await promise;
    } finally {
      window.onerror = onerror;
      removeEventListener("unhandledrejection", onRejection, { capture: true });
    }
  }
  const failure = new Error("handler failed");

  for (const name of ["click", "click.prevent", "click.debounce.0"])
    test(`reaches window as an error: @${name}`, async () => {
      const failing = callback(() => {
        throw failure;
      });
      const templates: Record<string, () => TemplateResult> = {
        click: () => html`<i @click=${failing}></i>`,
        "click.prevent": () => html`<i @click.prevent=${failing}></i>`,
        "click.debounce.0": () => html`<i @click.debounce.0=${failing}></i>`,
      };
      const host = await mount(templates[name] as () => TemplateResult);
      assert.equal(await caught(() => find(host, "i").click()), failure);
    });

  test("reaches window as a rejection when the handler is async", async () => {
    const host = await mount(() => html`<i @click=${callback(async () => Promise.reject(failure))}></i>`);
    assert.equal(await caught(() => find(host, "i").click()), failure);
  });

  test("is E_VALIDATION when an argument is refused, and the handler does not run", async () => {
    const setAge = callback([integer()], () => assert.fail("it ran"));
    const host = await mount(() => html`<i @click=${on(setAge, "many" as unknown as number)}></i>`);
    const error = await caught(() => find(host, "i").click());
    assert.equal((error as { code?: string }).code, "E_VALIDATION");
  });
});

suite("trusted", () => {
  test("renders HTML where everything else is text", async () => {
    const host = await mount(() => html`<p>${trusted("<b>bold</b>")}${text}</p>`);
    assert.equal(find(host, "p").textContent, `bold${text}`);
    assert.equal(find(host, "b").textContent, "bold");
  });
});
