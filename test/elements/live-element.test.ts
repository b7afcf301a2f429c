import "../../elements/tags.ts";
import "../../src/events/pace.ts";
import { html as plainHtml, render } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { each, from, LiveElement, VioletElement } from "../../elements/index.ts";
import type { VioletLive } from "../../elements/live-tag.ts";
import { live as stub } from "../../src/calls/stubs.ts";
import { html, trusted } from "../../src/index.ts";
import type { Live, LiveCallback } from "../../src/state/live.ts";
import { local } from "../../src/state/local.ts";
import { setResolver } from "../../src/state/resolver.ts";
import { LiveServer } from "../support/live-server.ts";
import { clearAfterEach, nextFailure, settle, stage, textOf } from "../support/mount.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";

interface Count {
  count: number;
}
type Calls = { increment: () => void; add: LiveCallback<[n: number]>; fail: () => void };
const counter = stub("counter") as unknown as Live<Count, Calls>;
const menu = local("live-menu", { initial: () => ({ label: "Count" }) });

class TestCounter extends LiveElement(counter) {
  static override properties = { startAt: { type: Number } };
  declare startAt: number | undefined;
  @from(menu) accessor label = "";

  override render() {
    return html`<form @submit=${this.live.increment}><button>${this.label} ${this.state.count}</button></form>
      <b>${this.error?.code}</b><slot></slot>`;
  }
  override renderLoading() {
    return html`loading ${this.error?.code}`;
  }
}
customElements.define("live-counter", TestCounter);
customElements.define(
  "live-unknown",
  class extends LiveElement(stub("unknown") as Live<Count>) {
    override renderLoading() {
      return this.error ? html`${this.error.code}` : "loading";
    }
  },
);
customElements.define(
  "live-outer",
  class extends LiveElement(counter) {
    override render() {
      return html`<live-counter start-at=${this.state.count}></live-counter>`;
    }
  },
);
class ShowsCount extends VioletElement {
  @from() accessor count: unknown = "none";
  override render() {
    return html`${this.count}`;
  }
}
customElements.define("live-shows-count", ShowsCount);

let server: LiveServer;
const components = (maxReconnects?: number) => ({
  counter: {
    about: {
      callbacks: { increment: 0, add: 1, fail: 0 },
      params: ["startat"],
      ...(maxReconnects !== undefined && { maxReconnects }),
    },
    initial: (params: object) => ({ count: Number((params as { "start-at"?: string })["start-at"] ?? 0) }),
    call: ({ count }: object & { count?: unknown }, callback: string, [n = 1]: readonly unknown[]) =>
      callback === "fail" ? "E_FORBIDDEN" : { count: Number(count) + Number(n) },
  },
});

function serve(maxReconnects?: number) {
  server = new LiveServer(components(maxReconnects) as never);
  setResolver(server.runtime.resolve);
}

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve));
};
const shows = (element: TestCounter, text: string) => until(() => textOf(element) === text);
const names = () => [...server.instances.values()].map(({ name }) => name);
const place = (markup: string, where = stage()) => {
  where.innerHTML = markup;
  return {
    where,
    all: [...where.querySelectorAll<TestCounter>("live-counter")] as [TestCounter, TestCounter],
  };
};
const type = async (where: ParentNode) => {
  // What holds events back has been asked for before, and so is there.
  await import("../../src/events/pace.ts");
  const input = where.querySelector("input") as HTMLInputElement;
  input.value = "7";
  input.dispatchEvent(new InputEvent("input", { bubbles: true }));
};
const click = (element: TestCounter) => element.renderRoot.querySelector("button")?.click();

suite("a live element", () => {
  clearAfterEach();
  beforeEach(() => serve());

  test("D2.1.3 D7.3.2 E1.4 shows renderLoading() and is busy until its state is there", async () => {
    const [one] = place(`<live-counter></live-counter>`).all;
    await one.updateComplete;
    assert.equal(textOf(one), "loading");
    assert.equal(one.ariaBusy, "true");
    await shows(one, "Count 0");
    assert.equal(one.ariaBusy, null);
  });

  test("E1.3 E1.7 has an instance of its own, also without a key, and calls its callbacks", async () => {
    const [one, two] = place(`<live-counter></live-counter><live-counter key="b"></live-counter>`).all;
    await Promise.all([shows(one, "Count 0"), shows(two, "Count 0")]);
    one.live.add(5);
    two.live.increment();
    await Promise.all([shows(one, "Count 5"), shows(two, "Count 1")]);
    assert.equal(names()[1], "@counter/b");
    assert.match(names()[0] as string, /^@counter\/~[a-z0-9]{6,}$/);
  });

  test("E4.3.2 E6.6 is in the state pending while a call is under way, and shows why it came to nothing", async () => {
    const [one] = place(`<live-counter></live-counter>`).all;
    await shows(one, "Count 0");
    server.hold();
    one.live.fail();
    assert.ok(one.busy && one.matches(":state(pending)"));
    server.release();
    await shows(one, "Count 0 E_FORBIDDEN");
    assert.ok(!one.busy && !one.matches(":state(pending)"));
    assert.deepEqual(one.error, {
      callback: "fail",
      code: "E_FORBIDDEN",
      field: undefined,
      message: "No: E_FORBIDDEN.",
    });
    one.live.increment();
    await shows(one, "Count 1");
  });

  test("says what cannot be sent: what is too big, and at its field a file", async () => {
    const [one] = place(`<live-counter></live-counter>`).all;
    await shows(one, "Count 0");
    assert.throws(() => one.live.add("x".repeat(100_000) as never), /E_TOO_BIG/);
    await shows(one, "Count 0 E_TOO_BIG");
    assert.equal(one.error?.message, "This is too much to be sent at once.");
    assert.throws(() => one.live.add({ photo: new File([], "a.png") } as never), /E_UPLOAD/);
    const { code, field, fields } = one.error ?? {};
    assert.deepEqual([code, field, fields], ["E_UPLOAD", "photo", { photo: "Files cannot be sent here." }]);
    assert.ok(!one.busy);
    one.live.increment();
    await shows(one, "Count 1");
  });

  test("gives its attributes and its properties to the component", async () => {
    const [one] = place(`<live-counter class="a" id="b" start-at="7"><i></i></live-counter>`).all;
    await shows(one, "Count 7");
    const made = document.createElement("live-counter") as TestCounter;
    made.startAt = 3;
    stage().append(made);
    await shows(made, "Count 0");
    assert.deepEqual(
      server.mounted.map(({ params }) => params),
      [{ "start-at": "7" }, { startAt: 3 }],
    );
  });

  test("gives no more than its component takes, once the page knows that", async () => {
    const [one] = place(`<live-counter start-at="7" title="first"></live-counter>`).all;
    await shows(one, "Count 7");
    const [two] = place(`<live-counter start-at="3" title="second"></live-counter>`).all;
    await shows(two, "Count 3");
    server.cut();
    await until(() => server.mounted.length === 4);
    assert.deepEqual(
      server.mounted.map(({ params }) => params),
      [{ "start-at": "7", title: "first" }, { "start-at": "3" }, { "start-at": "7" }, { "start-at": "3" }],
    );
  });

  test("keeps its instance when it moves, and has it when it is back in the same turn", async () => {
    const { all, where } = place(`<live-counter></live-counter>`);
    const [one] = all;
    await shows(one, "Count 0");
    one.live.add(4);
    await shows(one, "Count 4");
    stage().append(one);
    await until(() => true);
    one.remove();
    where.append(one);
    one.live.increment();
    await shows(one, "Count 5");
    assert.equal(server.mounted.length, 1);
  });

  test("gives its instance to one that takes its place, with its key, in the same turn", async () => {
    const { all, where } = place(`<live-counter key="a"></live-counter>`);
    all[0].live.add(4);
    await shows(all[0], "Count 4");
    const [next] = place(`<p><live-counter key="a"></live-counter></p>`, where).all;
    await shows(next, "Count 4");
    next.live.increment();
    await shows(next, "Count 5");
    assert.equal(server.mounted.length, 1);
  });

  test("ends its instance when it is gone: nothing is called any more, and back it has another one", async () => {
    const { all, where } = place(`<live-counter></live-counter>`);
    const [one] = all;
    await shows(one, "Count 0");
    one.live.increment();
    await shows(one, "Count 1");
    one.remove();
    await until(() => server.instances.size === 0);
    one.live.increment();
    where.append(one);
    await shows(one, "Count 0");
    assert.equal(server.calls.length, 1);
  });

  test("has no instance out of the page: not before it comes, nor by another key, and again when it is back", async () => {
    const one = document.createElement("live-counter") as TestCounter;
    one.setAttribute("key", "a");
    const where = stage();
    where.append(one);
    one.remove();
    await until(() => server.mounted.length === 1 && server.instances.size === 0);
    where.append(one);
    await shows(one, "Count 0");
    one.remove();
    await until(() => server.instances.size === 0);
    one.setAttribute("key", "b");
    await one.updateComplete;
    assert.deepEqual([server.mounted.length, names()], [2, []]);
    where.append(one);
    one.live.add(2);
    await shows(one, "Count 2");
    assert.deepEqual(names(), ["@counter/b"]);
  });

  test("is called before it is in the page", async () => {
    const one = document.createElement("live-counter") as TestCounter;
    one.live.add(3);
    stage().append(one);
    await shows(one, "Count 3");
    assert.equal(server.mounted.length, 1);
  });

  test("calls what a .debounce holds back when it goes, and ends after that", async () => {
    class Typing extends LiveElement(counter) {
      override render() {
        return html`<input @input.debounce.60000="add(value)" />${this.state.count}`;
      }
    }
    customElements.define("live-typing", Typing);
    const where = stage();
    where.innerHTML = `<live-typing key="a"></live-typing>`;
    const one = where.firstElementChild as Typing;
    await until(() => textOf(one) === "0");
    await type(one.renderRoot);
    assert.deepEqual(server.calls, []);
    one.remove();
    await until(() => server.instances.size === 0);
    assert.deepEqual(server.calls, [`@counter/a add("7")`]);
  });

  test("has the instance of the key that it gets, as rows do that are used again", async () => {
    const where = stage();
    const rows = (...keys: string[]) =>
      render(
        keys.map((key) => plainHtml`<live-counter key=${key}></live-counter>`),
        where,
      );
    const count = (index: number) =>
      textOf(where.querySelectorAll<TestCounter>("live-counter")[index] as TestCounter);
    rows("a", "b");
    where.querySelector<TestCounter>("live-counter")?.live.add(7);
    await until(() => count(0) === "Count 7" && count(1) === "Count 0");
    rows("b", "a");
    await until(() => count(0) === "Count 0" && count(1) === "Count 7");
    rows("a");
    await until(() => count(0) === "Count 7" && server.instances.size === 1);
    assert.equal(server.mounted.length, 2);
  });

  test("may not have the key of another one", async () => {
    const { all } = place(`<live-counter key="a"></live-counter>`);
    await shows(all[0], "Count 0");
    const failure = nextFailure();
    place(`<live-counter key="a"></live-counter>`);
    assert.equal((await failure).code, "E_DUPLICATE_KEY");
    await shows(all[0], "Count 0");
  });

  test("has an instance of its own where it is a copy of what the server rendered, and keeps it when it moves", async () => {
    const {
      where,
      all: [one, copy],
    } = place(`<live-counter data-violet-key="~0"></live-counter>`.repeat(2));
    await Promise.all([shows(one, "Count 0"), shows(copy, "Count 0")]);
    one.live.add(2);
    copy.live.add(3);
    await Promise.all([shows(one, "Count 2"), shows(copy, "Count 3")]);
    assert.equal(names().includes("@counter/~0"), true);
    where.prepend(copy);
    copy.live.add(3);
    await shows(copy, "Count 6");
    assert.equal(server.instances.size, 2);
  });

  test("D2.1.5 stands in another one", async () => {
    const { where } = place(`<live-outer start-at="3"></live-outer>`);
    const inner = () =>
      where.querySelector("live-outer")?.shadowRoot?.querySelector<TestCounter>("live-counter");
    await until(() => !!inner() && textOf(inner() as TestCounter) === "Count 3");
    where.replaceChildren();
    await until(() => server.instances.size === 0);
  });

  test("D2.1.5 follows other stores beside its state", async () => {
    const [one] = place(`<live-counter></live-counter>`).all;
    await shows(one, "Count 0");
    menu.label = "Clicks";
    await shows(one, "Clicks 0");
    menu.label = "Count";
  });

  test("D9.2 has its state when it is upgraded late", async () => {
    const { where } = place(`<live-late></live-late>`);
    customElements.define("live-late", class extends TestCounter {});
    await until(() => textOf(where.firstElementChild as TestCounter) === "Count 0");
  });

  test("shows why the server does not mount it, warns of it once, and is not busy then", async () => {
    const { warn } = console;
    const said: string[] = [];
    console.warn = (text: string) => said.push(text);
    const { where } = place(`<live-unknown></live-unknown>`);
    const one = where.firstElementChild as TestCounter;
    await shows(one, "E_UNKNOWN_CALLABLE");
    one.requestUpdate();
    await one.updateComplete;
    console.warn = warn;
    assert.deepEqual(said, [
      'violet: <live-unknown> shows nothing of "unknown": E_UNKNOWN_CALLABLE: Unknown.',
    ]);
    assert.equal(one.ariaBusy, null);
  });

  test("D7.3.7 goes on after its link was lost", async () => {
    const [one] = place(`<live-counter></live-counter>`).all;
    one.live.add(2);
    await shows(one, "Count 2");
    server.cut();
    one.live.increment();
    await shows(one, "Count 3");
    assert.equal(server.instances.size, 1);
  });

  test("E8.1.5 ends when its link was lost more often than it comes back: its forms are sent then", async () => {
    serve(1);
    const [one] = place(`<live-counter></live-counter>`).all;
    await shows(one, "Count 0");
    server.cut();
    await until(() => server.mounted.length === 2);
    one.live.increment();
    await shows(one, "Count 1");
    const submitted: boolean[] = [];
    one.renderRoot.addEventListener("submit", (event) => {
      submitted.push(event.defaultPrevented);
      event.preventDefault();
    });
    click(one);
    await shows(one, "Count 2");
    server.cut();
    await shows(one, "Count 2 E_ENDED");
    assert.ok(one.matches(":state(ended)") && !one.busy);
    click(one);
    assert.deepEqual(submitted, [true, false]);
    await until(() => server.runtime.status === "live");
    assert.deepEqual([server.mounted.length, server.calls.length], [2, 2]);
  });
});

suite("a live element in a list", () => {
  clearAfterEach();
  beforeEach(() => serve());

  const warnings = async (template: unknown) => {
    const { warn } = console;
    const said: string[] = [];
    console.warn = (text: string) => said.push(text);
    const where = stage();
    render(template, where);
    const mounted = server.mounted.length;
    await until(() => server.mounted.length > mounted);
    console.warn = warn;
    return said.filter((text) => text.includes("without a key"));
  };
  const items = [{ id: "1" }, { id: "2" }];

  test("is asked for a key, once", async () => {
    class Row extends LiveElement(counter) {}
    customElements.define("live-row", Row);
    assert.deepEqual(await warnings(html`<live-row></live-row><live-row></live-row>`), []);
    assert.deepEqual(
      await warnings(repeat(items, ({ id }) => html`<live-row key=${`a${id}`}></live-row>`)),
      [],
    );
    assert.match((await warnings(repeat(items, () => html`<live-row></live-row>`))).join(), /<live-row>/);
    assert.deepEqual(await warnings(items.map(() => html`<live-row></live-row>`)), []);
  });

  test("is asked for a key inside the rows of each()", async () => {
    customElements.define("live-cell", class extends LiveElement(counter) {});
    const said = await warnings(
      html`<ul>${each(
        items,
        ({ id }) => id,
        () => html`<li><p><live-cell></live-cell></p></li>`,
      )}</ul>`,
    );
    assert.equal(said.length, 1);
  });

  test("is asked for a key inside the rows of data-each", async () => {
    const rowsWith = (key: string) => {
      const state = JSON.stringify({ items });
      const markup = `<violet-local store="keys-${key.length}" initial='${state}'>
        <template data-each="items" data-key="id"> <p><live-bound${key}></live-bound></p></template></violet-local>`;
      return warnings(trusted(markup));
    };
    customElements.define("live-bound", class extends LiveElement(counter) {});
    assert.deepEqual(await rowsWith(` data-attr-key="id"`), []);
    assert.match((await rowsWith("")).join(), /<live-bound> .* data-attr-key="id"/);
  });
});

suite("<violet-live>", () => {
  clearAfterEach();
  beforeEach(() => serve());

  const tagIn = (markup: string) => {
    const { where } = place(markup);
    return {
      tag: where.querySelector("violet-live") as VioletLive,
      inner: where.querySelector("live-shows-count") as ShowsCount,
    };
  };
  const showsText = (element: ShowsCount, text: string) => until(() => textOf(element) === text);

  test("provides the state of an instance to the elements inside", async () => {
    const { tag, inner } = tagIn(
      `<violet-live component="counter" start-at="3"><p><live-shows-count></live-shows-count></p></violet-live>`,
    );
    await tag.updateComplete;
    assert.equal(tag.ariaBusy, "true");
    await showsText(inner, "3");
    assert.equal(tag.ariaBusy, null);
    assert.equal(getComputedStyle(tag).display, "contents");
    assert.deepEqual(server.mounted[0]?.params, { "start-at": "3" });
    await until(() => server.instances.size === 1);
  });

  test("calls what a .debounce inside it holds back when it goes, and ends after that", async () => {
    const { tag } = tagIn(
      `<violet-live component="counter" key="a"><input @input.debounce.60000="add(value)"><b data-text="count"></b></violet-live>`,
    );
    await until(() => tag.textContent === "0");
    await type(tag);
    assert.deepEqual(server.calls, []);
    tag.remove();
    await until(() => server.instances.size === 0);
    assert.deepEqual(server.calls, [`@counter/a add("7")`]);
  });

  test("provides the instance of another key or component, when it gets it", async () => {
    const { tag, inner } = tagIn(
      `<violet-live component="counter" key="a" start-at="3"><live-shows-count></live-shows-count></violet-live>`,
    );
    await showsText(inner, "3");
    tag.setAttribute("start-at", "4");
    tag.setAttribute("key", "b");
    await showsText(inner, "4");
    await until(() => names().join() === "@counter/b");
    tag.component = "unknown";
    await until(() => tag.error?.code === "E_UNKNOWN_CALLABLE");
  });

  test("leaves what the state does not have to the providers around it", async () => {
    const { inner } = tagIn(
      `<violet-local store="live-box" initial='{"count":9}'><violet-live component="unknown"><live-shows-count></live-shows-count></violet-live></violet-local>`,
    );
    await showsText(inner, "9");
  });

  test("shows what is written inside it where the server refuses it", async () => {
    const { tag } = tagIn(
      `<violet-live component="unknown"><p data-text="count" data-show="!count">as written</p></violet-live>`,
    );
    await until(() => tag.error?.code === "E_UNKNOWN_CALLABLE");
    await import("../../elements/html/walker.ts");
    await settle();
    assert.equal(tag.querySelector("p")?.outerHTML, '<p data-text="count" data-show="!count">as written</p>');
    assert.equal(tag.ariaBusy, null);
  });

  test("warns of a component that nobody defines", async () => {
    const { warn } = console;
    const said: string[] = [];
    console.warn = (text: string) => said.push(text);
    tagIn(`<violet-live component="unknown"></violet-live>`);
    await until(() => said.length > 0);
    console.warn = warn;
    assert.match(said.join(), /<violet-live> shows nothing of "unknown": E_UNKNOWN_CALLABLE/);
  });
});
