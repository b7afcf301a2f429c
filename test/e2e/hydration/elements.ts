/** Elements of many kinds of parts, for test/e2e/hydration.test.ts: the server and the browser import them. */
import { css, isServer, LitElement, nothing } from "lit";
import { property, state } from "lit/decorators.js";
import { array, boolean, integer, object, string } from "superstruct";
import { each, from, StoreController, VioletElement } from "../../../elements/index.ts";
import { callback, html, increment, type Snapshot, shared } from "../../../src/index.ts";

const Todo = object({ id: string(), text: string(), done: boolean() });
export const todos = shared("todos", {
  state: object({ items: array(Todo), name: string(), count: integer(), note: string() }),
  initial: () => ({
    items: [
      { id: "a", text: "one & <b>", done: false },
      { id: "b", text: "two\r\nlines", done: true },
    ],
    name: "Ada",
    count: 0,
    note: "",
  }),
});

class TodoChild extends VioletElement {
  static override styles = css`i { color: rgb(0, 128, 0); }`;
  @property({ attribute: false }) accessor label = "";
  override render() {
    return html`<i>${this.label}</i>`;
  }
}

export class TodoApp extends VioletElement {
  static override styles = css`
    :host { display: block; }
    h1 { color: rgb(128, 0, 128); }
  `;
  @from(todos) accessor items!: Snapshot<{ id: string; text: string; done: boolean }[]>;
  @from(todos) accessor name!: string;
  @property({ attribute: false }) accessor heading = "no heading";
  @state() accessor log: readonly string[] = [];
  readonly empty = nothing;

  override render() {
    return html`
      <h1 class="big ${this.items.length > 1 ? "many" : "few"}" title=${this.heading}>${this.heading}</h1>
      <p id="count">${todos.count}</p>
      <p id="note">${todos.note}</p>
      <p id="empty">${this.empty}${this.log.at(5)}</p>
      ${
        this.items.length
          ? html`<ul>${each(
              this.items,
              ({ id }) => id,
              (item) => this.#row(item),
            )}</ul>`
          : html`<p>Nothing</p>`
      }
      <todo-child .label=${this.name}></todo-child>
      <details ?open=${false}><summary>More</summary>text</details>
      <form action="/posted" method="post" @submit.prevent=${this.submit}>
        <input name="who" .value=${this.name} @input=${this.rename}>
        <input name="agree" type="checkbox" @change=${this.agree}>
        <button>Save</button>
      </form>
      <button id="add" @click=${this.add}>Add</button>
      <a id="link" href="/elsewhere" @click.prevent=${this.follow}>Link</a>
      <output>${this.log.join(" ")}</output>`;
  }

  #row({ id, text, done }: Snapshot<{ id: string; text: string; done: boolean }>) {
    return html`<li id=${id} ?data-done=${done}>${text} <input></li>`;
  }

  @callback add() {
    increment(todos, "count");
  }
  @callback follow() {
    this.log = [...this.log, "followed"];
  }
  @callback submit(event: SubmitEvent) {
    this.log = [...this.log, `saved:${(event.target as HTMLFormElement).who.value}`];
  }
  @callback rename(event: Event) {
    this.name = (event.target as HTMLInputElement).value;
  }
  @callback agree(event: Event) {
    this.log = [...this.log, `agreed:${(event.target as HTMLInputElement).checked}`];
  }
}

/** Renders something else in the browser than on the server: by `how`, another text, attribute, list or template. */
export class UnlikeServer extends VioletElement {
  static override styles = css`p { color: rgb(0, 0, 255); }`;
  @property() accessor how = "";
  @state() accessor clicks = 0;

  override render() {
    const is = (how: string) => !isServer && this.how === how;
    return html`
      <p title=${is("attribute") ? "browser" : "server"} ?hidden=${is("boolean")}>${is("text") ? "browser" : "server"}</p>
      <p>${is("emptied") ? "" : "here"}${is("filled") ? "there" : ""}</p>
      <ul>${(is("more") ? [1, 2, 3] : is("fewer") ? [1] : [1, 2]).map((n) => html`<li>${n}</li>`)}</ul>
      ${is("template") ? html`<b>browser</b>` : html`<i>server</i>`}
      <button @click=${this.count}>${this.clicks}</button>`;
  }

  @callback count() {
    this.clicks++;
  }
}

/** Finds its store through the tag around it. */
export class FromTag extends VioletElement {
  @from() accessor count: number | undefined;
  override render() {
    return html`<p>${this.count}</p>`;
  }
}

/** A Lit element that is not Violet's. */
export class PlainLit extends LitElement {
  @property({ attribute: false }) accessor label = "none";
  readonly #count = new StoreController(this, todos, ({ count }) => count);
  override render() {
    return html`<p>${this.label} ${this.#count.value}</p>`;
  }
}

export const elements = {
  "todo-child": TodoChild,
  "todo-app": TodoApp,
  "unlike-server": UnlikeServer,
  "from-tag": FromTag,
  "plain-lit": PlainLit,
};

export function define(): void {
  for (const [name, element] of Object.entries(elements)) customElements.define(name, element);
}
