import "../../elements/tags.ts";
import { html } from "lit";
import { integer, object, string } from "superstruct";
import { from } from "../../elements/from.ts";
import { VioletElement } from "../../elements/violet-element.ts";
import { local } from "../../src/state/local.ts";
import { shared } from "../../src/state/shared.ts";
import { clearAfterEach, nextFailure, settle, stage, textOf } from "../support/mount.ts";
import { resolveHere } from "../support/stores.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";

const visitors = shared("visitors", { state: integer(), initial: () => 3 });
const room = shared.family("room", {
  state: object({ topic: string() }),
  initial: (key) => ({ topic: `about ${key}` }),
});
const menu = local("menu", { state: object({ open: string() }), initial: () => ({ open: "defined" }) });

class ShowsProvided extends VioletElement {
  @from() accessor value: unknown = "";
  @from() accessor topic: unknown = "";
  @from() accessor open: unknown = "";

  override render() {
    return html`${this.value} ${this.topic} ${this.open}`;
  }
}
customElements.define("shows-provided", ShowsProvided);

async function show(markup: string) {
  const place = stage();
  place.innerHTML = markup;
  await settle();
  return { place, inner: place.querySelector("shows-provided") as ShowsProvided };
}

async function warningsOf(body: () => Promise<unknown>): Promise<string[]> {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  try {
    await body();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

suite("<violet-shared>", () => {
  clearAfterEach();
  beforeEach(() => void resolveHere());

  test("provides a store by name to the elements inside", async () => {
    const { inner } = await show(
      `<violet-shared store="visitors"><p><shows-provided></shows-provided></p></violet-shared>`,
    );
    assert.equal(textOf(inner), "3");
    visitors.value = 4;
    await settle();
    assert.equal(textOf(inner), "4");
  });

  test("provides a family's store", async () => {
    const { inner } = await show(
      `<violet-shared store="room/42"><shows-provided></shows-provided></violet-shared>`,
    );
    assert.equal(textOf(inner), "about 42");
  });

  test("provides another store when its attribute changes", async () => {
    const { inner, place } = await show(
      `<violet-shared store="room/a"><shows-provided></shows-provided></violet-shared>`,
    );
    place.querySelector("violet-shared")?.setAttribute("store", "room/b");
    await settle();
    assert.equal(textOf(inner), "about b");
    room("b").topic = "changed";
    await settle();
    assert.equal(textOf(inner), "changed");
  });

  test("is no box of its own", async () => {
    const { place } = await show(`<violet-shared store="visitors"><b>text</b></violet-shared>`);
    const tag = place.querySelector("violet-shared") as HTMLElement;
    assert.equal(getComputedStyle(tag).display, "contents");
    assert.ok((place.querySelector("b") as HTMLElement).getBoundingClientRect().width > 0);
  });

  test("warns where nobody defines the store", async () => {
    const warnings = await warningsOf(() => show(`<violet-shared store="nowhere"></violet-shared>`));
    assert.match(warnings.join(), /<violet-shared store="nowhere">/);
    const unnamed = await warningsOf(() =>
      show(`<violet-shared stor="box"><p data-text="n"></p></violet-shared>`),
    );
    assert.match(unnamed.join(), /<violet-shared store="">/);
  });
});

suite("<violet-local>", () => {
  clearAfterEach();
  beforeEach(() => void resolveHere());

  test("defines a local store by its initial state", async () => {
    const { inner } = await show(
      `<violet-local store="box" initial='{"open":false}'><shows-provided></shows-provided></violet-local>`,
    );
    assert.equal(textOf(inner), "false");
    inner.open = true;
    await settle();
    assert.equal(textOf(inner), "true");
  });

  test("shares a store with the other tags of its name", async () => {
    const tag = `<violet-local store="box" initial='{"open":1}'><shows-provided></shows-provided></violet-local>`;
    const { place } = await show(tag + tag);
    const [first, second] = place.querySelectorAll<ShowsProvided>("shows-provided");
    (first as ShowsProvided).open = 2;
    await settle();
    assert.equal(textOf(second as ShowsProvided), "2");
  });

  test("provides the store that a module defines, whatever its own initial state", async () => {
    const { inner } = await show(
      `<violet-local store="menu" initial='{"open":1}'><shows-provided></shows-provided></violet-local>`,
    );
    assert.equal(textOf(inner), "defined");
    menu.open = "changed";
    await settle();
    assert.equal(textOf(inner), "changed");
  });

  test("leaves what it does not have to the providers around it", async () => {
    const { inner } = await show(
      `<violet-shared store="visitors"><violet-local store="box" initial='{"open":0}'><shows-provided></shows-provided></violet-local></violet-shared>`,
    );
    assert.equal(textOf(inner), "3 0");
  });

  test("names the attribute where the initial state is no JSON", async () => {
    const tag = document.createElement("violet-local");
    tag.setAttribute("store", "broken");
    tag.setAttribute("initial", "{open:1}");
    const failure = nextFailure();
    stage().append(tag);
    const reason = await failure;
    assert.equal(reason.code, "E_OPTION");
    assert.match(reason.message, /initial/);
  });
});
