import { digestForTemplateResult, hydrate } from "@lit-labs/ssr-client";
import { render } from "lit";
import { callback } from "../../src/events/callback.ts";
import { html } from "../../src/events/html.ts";
import { provideCalls } from "../../src/events/lookup.ts";
import { on } from "../../src/events/on.ts";
import { assert, suite, test } from "../support/suite.ts";

suite("hydration of @event", () => {
  test("attaches every handler and changes nothing in the page", () => {
    const seen: unknown[] = [];
    const log = callback((...args: unknown[]) => void seen.push(args[0]));
    const select = () => {};
    const page = () =>
      html`<button @click=${log} @focus.prevent=${on(log, "a")} .onSelect=${select}>Send</button>`;

    const container = document.createElement("div");
    container.innerHTML = `<!--lit-part ${digestForTemplateResult(page())}--><!--lit-node 0--><button>Send</button><!--/lit-part-->`;
    const button = container.querySelector("button") as HTMLButtonElement & { onSelect?: unknown };
    const changes = new MutationObserver(() => {});
    changes.observe(container, { childList: true, subtree: true, characterData: true, attributes: true });

    hydrate(page(), container);
    button.click();
    button.dispatchEvent(new Event("focus"));
    render(page(), container);
    button.click();

    assert.deepEqual(changes.takeRecords(), []);
    assert(container.querySelector("button") === button);
    assert.equal(button.onSelect, select);
    assert.deepEqual(
      seen.map((one) => (one instanceof Event ? one.type : one)),
      ["click", "a", "click"],
    );
  });

  for (const attribute of ["@click", "data-on-click"])
    test(`attaches the calls of ${attribute}, whose attributes are kept`, () => {
      const seen: unknown[] = [];
      const text = "Send";
      const add = callback((...args: unknown[]) => void seen.push(args[0]));
      const page = () =>
        attribute === "@click"
          ? html`<button @click="add(1)" .onSelect=${add}>${text}</button>`
          : html`<button data-on-click="add(1)" .onSelect=${add}>${text}</button>`;

      const container = document.createElement("div");
      provideCalls(container, (name) => (name === "add" ? add : undefined));
      container.innerHTML = `<!--lit-part ${digestForTemplateResult(page())}--><!--lit-node 0--><button data-on-click="add(1)"><!--lit-part-->Send<!--/lit-part--></button><!--/lit-part-->`;
      const button = container.querySelector("button") as HTMLButtonElement & { onSelect?: unknown };
      const changes = new MutationObserver(() => {});
      changes.observe(container, { childList: true, subtree: true, characterData: true, attributes: true });

      hydrate(page(), container);
      button.click();
      render(page(), container);
      button.click();

      assert.deepEqual(changes.takeRecords(), []);
      assert(container.querySelector("button") === button);
      assert.equal(button.onSelect, add);
      assert.deepEqual(seen, [1, 1]);
    });

  test("throws for an unmarked handler", () => {
    const submit = () => {};
    const page = () => html`<button @click=${submit}></button>`;
    const container = document.createElement("div");
    container.innerHTML = `<!--lit-part ${digestForTemplateResult(page())}--><!--lit-node 0--><button></button><!--/lit-part-->`;
    assert.throws(() => hydrate(page(), container), { code: "E_UNMARKED" });
  });
});
