/** Callbacks of live components, called by their names: in plain HTML and in the templates of their elements. */
import "../../elements/tags.ts";
import { LiveElement } from "../../elements/index.ts";
import { live as stub } from "../../src/calls/stubs.ts";
import { html } from "../../src/index.ts";
import type { Live } from "../../src/state/live.ts";
import { setResolver } from "../../src/state/resolver.ts";
import { LiveServer } from "../support/live-server.ts";
import { clearAfterEach, stage } from "../support/mount.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";

interface Todos {
  todos: { text: string; done: boolean }[];
}
const list = stub("list") as unknown as Live<Todos>;

class TestList extends LiveElement(list) {
  override render() {
    return html`<p>${this.state.todos.map(({ text }) => text).join()}</p>
      <button @click="clear">x</button><button @click="add('Milk')">Milk</button>
      <form @submit="save(name, email)"><input name="name" value="Ada"><input name="email" value="a@b"><button>Save</button></form>
      <input name="query" @input="search(value, 'products', 10)">`;
  }
}
customElements.define("live-list", TestList);

let server: LiveServer;
let calls: unknown[][];

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve));
};

/** What the server's callbacks do. */
function call(state: object, callback: string, args: readonly unknown[]) {
  calls.push([callback, ...args]);
  const { todos } = state as Todos;
  const [first] = args;
  if (callback === "add") return { todos: [...todos, { text: String(first), done: false }] };
  if (callback === "toggle")
    return { todos: todos.map((todo, at) => (at === first ? { ...todo, done: !todo.done } : todo)) };
  return { todos };
}

suite("a callback that is called by its name", () => {
  clearAfterEach();
  beforeEach(() => {
    calls = [];
    const callbacks = { add: 1, toggle: 1, clear: 0, save: 2, search: 3 };
    server = new LiveServer({
      list: { about: { callbacks, params: [] }, initial: () => ({ todos: [] }), call: call as never },
    });
    setResolver(server.runtime.resolve);
  });

  test("D2.2.3 D2.2.4 D7.2.3 D7.3.6 E3.1.1 E13.2 is found in plain HTML inside <violet-live>, whose bindings show what it made of the state", async () => {
    const place = stage();
    place.innerHTML = `<violet-live component="list">
      <form @submit="add(text)"><input name="text"><button>Add</button></form>
      <p hidden data-show="!todos.length">Nothing</p>
      <template data-each="todos"><label>
        <input type="checkbox" data-attr-checked="done" @change="toggle($index)"><span data-text="text"></span>
      </label></template></violet-live>`;
    const find = <T extends Element>(selector: string) => place.querySelector(selector) as T;
    const shown = () =>
      [...place.querySelectorAll("label")].map(
        (row) => `${row.textContent?.trim()} ${row.querySelector("input")?.hasAttribute("checked")}`,
      );
    await until(() => !find<HTMLElement>("p").hidden);
    const text = find<HTMLInputElement>("[name=text]");
    for (const typed of ["Tea", "Milk"]) {
      text.value = typed;
      find<HTMLButtonElement>("button").click();
      await until(() => shown().length === calls.length && !find("form [aria-disabled]"));
    }
    assert.deepEqual(shown(), ["Tea false", "Milk false"]);
    assert.ok(find<HTMLElement>("p").hidden);
    const second = place.querySelectorAll<HTMLInputElement>("label input")[1] as HTMLInputElement;
    second.dispatchEvent(new Event("change", { bubbles: true }));
    await until(() => shown()[1] === "Milk true");
    assert.equal(place.querySelectorAll("label input")[1], second);
    assert.deepEqual(calls, [
      ["add", "Tea"],
      ["add", "Milk"],
      ["toggle", 1],
    ]);
  });

  test("D1.2 D2.1.2 E1.6 E3.1.1 E3.3.4 is found in its element's template, with literals, the form's fields and the field's value", async () => {
    const place = stage();
    place.innerHTML = `<live-list></live-list>`;
    const root = () => place.firstElementChild?.shadowRoot as ShadowRoot;
    await until(() => !!root()?.querySelector("form"));
    const [clear, milk, save] = root().querySelectorAll("button");
    for (const button of [clear, milk, save]) button?.click();
    const query = root().querySelector("[name=query]") as HTMLInputElement;
    query.value = "tea";
    query.dispatchEvent(new Event("input", { bubbles: true }));
    await until(() => root().querySelector("p")?.textContent === "Milk" && calls.length === 4);
    assert.deepEqual(calls, [
      ["clear"],
      ["add", "Milk"],
      ["save", "Ada", "a@b"],
      ["search", "tea", "products", 10],
    ]);
  });
});
