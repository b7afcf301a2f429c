import { html, LitElement, type TemplateResult } from "lit";
import { AsyncDirective } from "lit/async-directive.js";
import { directive } from "lit/directive.js";
import { Violet } from "../../elements/mixin.ts";
import { VioletElement } from "../../elements/violet-element.ts";
import { snapshot } from "../../src/state/helpers.ts";
import { local } from "../../src/state/local.ts";
import { clearAfterEach, mount, nextFailure, registered, settle, stage, textOf } from "../support/mount.ts";
import { resolveHere } from "../support/stores.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";

let cores = resolveHere();
const ui = local("ui", { initial: () => ({ theme: "light", open: false, items: [{ id: 1, text: "one" }] }) });
const other = local("other", { initial: () => ({ count: 0 }) });

/** Shows what `show` gives, and counts its updates. */
class Shows extends VioletElement {
  show: () => unknown = () => ui.theme;
  updates = 0;

  override render(): TemplateResult {
    this.updates++;
    return html`<p>${this.show()}</p>`;
  }
}

const shows = async (show: () => unknown) => {
  class Own extends Shows {
    override show = show;
  }
  return mount(Own);
};

suite("VioletElement", () => {
  clearAfterEach();
  beforeEach(() => {
    cores = resolveHere();
  });

  test("shows what it reads of a store, and updates when that changes", async () => {
    const element = await shows(() => ui.theme);
    assert.equal(textOf(element), "light");
    ui.theme = "dark";
    await settle();
    assert.equal(textOf(element), "dark");
    assert.equal(element.updates, 2);
  });

  test("does not update when something changes that it did not read", async () => {
    const element = await shows(() => ui.theme);
    ui.open = true;
    other.count++;
    await settle();
    assert.equal(element.updates, 1);
  });

  test("does not update when a value is written that is the same in the end", async () => {
    const element = await shows(() => ui.theme);
    ui.theme = "dark";
    ui.theme = "light";
    await settle();
    assert.equal(element.updates, 1);
  });

  test("updates once for all writes of a microtask, to whatever stores", async () => {
    const element = await shows(() => `${ui.theme} ${other.count}`);
    ui.theme = "dark";
    other.count = 1;
    other.count = 2;
    await settle();
    assert.equal(element.updates, 2);
    assert.equal(textOf(element), "dark 2");
  });

  test("depends on what its last update read, and no longer on what the one before did", async () => {
    const element = await shows(() => (ui.open ? other.count : ui.theme));
    ui.open = true;
    await settle();
    assert.equal(element.updates, 2);
    ui.theme = "dark";
    await settle();
    assert.equal(element.updates, 2);
    other.count = 5;
    await settle();
    assert.equal(textOf(element), "5");
  });

  test("reads snapshots while it updates, the same as long as nothing in them changed", async () => {
    const seen: unknown[] = [];
    await shows(() => {
      seen.push(ui.items, ui.open);
    });
    ui.open = true;
    await settle();
    const [first, , second] = seen;
    assert.equal(first, second);
    ui.items.push({ id: 2, text: "two" });
    await settle();
    assert.equal((first as unknown[]).length, 1);
    assert.equal((seen[4] as unknown[])[0], (first as unknown[])[0]);
  });

  test("throws where a snapshot is written to, and names writable", async () => {
    let items: readonly { text: string }[] = [];
    await shows(() => {
      items = ui.items;
    });
    assert.throws(() => ((items[0] as { text: string }).text = "changed"), {
      code: "E_READ_ONLY",
      message: /writable/,
    });
    assert.equal(ui.items[0]?.text, "one");
  });

  test("counts a snapshot of the whole store as a read of every key", async () => {
    const element = await shows(() => JSON.stringify(snapshot(other)));
    other.count = 3;
    await settle();
    assert.equal(textOf(element), '{"count":3}');
  });

  test("follows no store while it is out of the page, and shows the present when it is back", async () => {
    const element = await shows(() => ui.theme);
    const place = element.parentElement as HTMLElement;
    element.remove();
    await settle();
    assert.equal(cores.get("ui")?.isWatched, false);
    ui.theme = "dark";
    await settle();
    assert.equal(element.updates, 1);
    place.append(element);
    await settle();
    assert.equal(textOf(element), "dark");
    ui.theme = "light";
    await settle();
    assert.equal(textOf(element), "light");
  });

  test("follows no store after an update out of the page", async () => {
    const element = await shows(() => ui.theme);
    element.remove();
    await settle();
    element.requestUpdate();
    await settle();
    assert.equal(element.updates, 2);
    assert.equal(cores.get("ui")?.isWatched, false);
  });

  test("does not update when it is only moved", async () => {
    const element = await shows(() => ui.theme);
    stage().append(element);
    await settle();
    assert.equal(element.updates, 1);
    ui.theme = "dark";
    await settle();
    assert.equal(textOf(element), "dark");
  });

  test("shares a store with other elements, which update when they read what changed", async () => {
    const first = await shows(() => ui.theme);
    const second = await shows(() => ui.theme);
    const third = await shows(() => ui.open);
    ui.theme = "dark";
    await settle();
    assert.deepEqual([first.updates, second.updates, third.updates], [2, 2, 1]);
  });

  test("goes on after an update that threw", async () => {
    const element = await shows(() => {
      if (ui.open) throw new Error("cannot render this");
      return ui.theme;
    });
    const failure = nextFailure();
    ui.open = true;
    assert.match((await failure).message, /cannot render this/);
    ui.open = false;
    ui.theme = "dark";
    await settle();
    assert.equal(textOf(element), "dark");
  });
});

suite("Violet(Base)", () => {
  clearAfterEach();

  test("makes another base class live", async () => {
    resolveHere();
    class Titled extends LitElement {
      heading = "theme:";
    }
    class Live extends Violet(Titled) {
      override render() {
        return html`${this.heading} ${ui.theme}`;
      }
    }
    const element = await mount(Live);
    ui.theme = "dark";
    await settle();
    assert.equal(textOf(element), "theme: dark");
  });

  test("tells directives when their element leaves the page and when it comes back", async () => {
    const told: string[] = [];
    class Tells extends AsyncDirective {
      override render() {
        return "";
      }
      override disconnected() {
        told.push("disconnected");
      }
      override reconnected() {
        told.push("reconnected");
      }
    }
    const tells = directive(Tells);
    class Live extends VioletElement {
      override render() {
        return html`${tells()}`;
      }
    }
    const element = await mount(registered(Live));
    element.remove();
    assert.deepEqual(told, ["disconnected"]);
    stage().append(element);
    assert.deepEqual(told, ["disconnected", "reconnected"]);
  });
});
