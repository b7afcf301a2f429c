import { render } from "@lit-labs/ssr";
import { collectResult } from "@lit-labs/ssr/lib/render-result.js";
import { digestForTemplateResult } from "@lit-labs/ssr-client";
import { LitElement, html as litHtml, type TemplateResult } from "lit";
import { string } from "superstruct";
import { callback } from "../../src/events/callback.ts";
import { hosts } from "../../src/events/host.ts";
import { html } from "../../src/events/html.ts";
import { on } from "../../src/events/on.ts";
import { trusted } from "../../src/events/trusted.ts";
import { assert, suite, test } from "../support/suite.ts";

class ChatRoom extends LitElement {
  static template: () => TemplateResult;
  override render() {
    return hosts("chat-room", ChatRoom.template);
  }
}
customElements.define("chat-room", ChatRoom);

const toText = (template: () => unknown) => collectResult(render(template()));
const inRoom = (template: () => TemplateResult) => {
  ChatRoom.template = template;
  return toText(() => litHtml`<chat-room></chat-room>`);
};

const submit = () => {};
const text = "<i>";
const none = null;
const save = callback((_event: Event) => {});

suite("@event on the server", () => {
  const message =
    'TypeError: @click on <button> in <chat-room>: "submit" is not marked as a callback. Wrap it: callback(submit).';
  const exactly = (error: unknown) =>
    error instanceof TypeError &&
    String(error) === message &&
    (error as { code?: string }).code === "E_UNMARKED";

  test("T07 C1.3 C2.2.4 C2.2.5 throws for an unmarked handler as in the browser", async () => {
    await assert.rejects(
      inRoom(() => html`<button @click=${submit}></button>`),
      exactly,
    );
    await assert.rejects(
      inRoom(() => html`<button @click=${on(submit)}></button>`),
      exactly,
    );
  });

  test("throws for an unmarked handler in Lit's own html, with what is known there", () =>
    assert.rejects(
      inRoom(() => litHtml`<button @click=${on(submit)}></button>`),
      (error) =>
        error instanceof TypeError && /^on\(\).*: "submit" is not marked as a callback/.test(error.message),
    ));

  test("throws for required arguments that nobody gives, and for unknown modifiers", async () => {
    const rename = callback([string()], () => {});
    await assert.rejects(
      inRoom(() => html`<i @click=${rename}></i>`),
      { code: "E_ARGUMENTS" },
    );
    await assert.rejects(
      inRoom(() => html`<i @click.prevnt=${save}></i>`),
      {
        code: "E_MODIFIER",
        message: /^@click\.prevnt on <i> in <chat-room>: /,
      },
    );
    await assert.rejects(
      inRoom(() => html`<i onclick=${text}></i>`),
      { code: "E_SINK" },
    );
  });

  test("gives the bytes that Lit's own html gives", async () => {
    const tag =
      (html: typeof litHtml) =>
      (strings: TemplateStringsArray, ...values: unknown[]) =>
        html(strings, ...values);
    const page = (make: ReturnType<typeof tag>) =>
      make`<form @submit.prevent=${save} .onSelect=${submit} class=${"a"}>
        <input @input.debounce.500=${on(save)} ?disabled=${true}><p>${"text"}</p></form>`;
    assert.equal(
      await inRoom(() => page(tag(html as typeof litHtml))),
      await inRoom(() => page(tag(litHtml))),
    );
  });

  test("renders nothing of a handler", async () => {
    const page = await inRoom(() => html`<button @click.prevent=${save} @focus=${none}>Save</button>`);
    assert.match(page, /<button\s*>Save<\/button>/);
  });
});

suite("a call in an attribute on the server", () => {
  test("is kept for the browser, as data-on-..., and nothing else of it is rendered", async () => {
    const page = await inRoom(
      () =>
        html`<form @submit="add(n)" class=${text}><button data-on-click.prevent="save('&quot;')">Save</button></form>`,
    );
    assert.match(
      page.replace(/<!--.*?-->/g, "").replace(/\s+/g, " "),
      /<form data-on-submit="add\(n\)" +class="&lt;i&gt;"><button data-on-click\.prevent="save\('&quot;'\)" ?>Save<\/button><\/form>/,
    );
  });

  test("has the digest that the browser finds: the same strings, whatever stands around", async () => {
    const page = await inRoom(() => html`<p @click="add"></p>`);
    const { strings } = html`<p @click="add"></p>`;
    assert.deepEqual([...strings], [`<p data-on-click="add" @click="`, `"></p>`]);
    const digest = digestForTemplateResult(html`<p @click="add"></p>`);
    assert.ok(page.includes(`<!--lit-part ${digest}-->`), page);
  });

  test("E3.1.3 is warned of where its event has capitals, in a page's own template alone", async () => {
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    await inRoom(() => html`<p @ofElements="add"></p>`);
    await toText(() => html`<B @ofPages.stop="add" @of-others.camel="add"></B>`);
    console.warn = warn;
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] as string,
      /^violet: @ofPages on <b> hears "ofpages": .* Write @of-pages\.camel\.$/,
    );
  });

  test("throws where it is none", () =>
    assert.rejects(
      inRoom(() => html`<form @submit="add(n"></form>`),
      { code: "E_CALL", message: /^@submit on <form> in <chat-room>: "add\(n" is not a call\./ },
    ));
});

suite("trusted on the server", () => {
  test("E14.4.2 renders HTML where everything else is escaped", async () => {
    const page = await inRoom(() => html`<p>${trusted("<b>bold</b>")}${text}</p>`);
    assert.match(page, /<b>bold<\/b>/);
    assert.match(page, /&lt;i&gt;/);
  });
});
