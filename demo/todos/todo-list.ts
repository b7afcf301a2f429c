import { css } from "lit";
import { customElement } from "lit/decorators.js";
import { callback, html, on, type Snapshot } from "violet-live";
import { each, from, VioletElement } from "violet-live/elements";
import { checked } from "../checked.ts";
import { look } from "../look.ts";
import { RowFocus } from "../row-focus.ts";
import { type Todo, todos, view } from "./todos.ts";

const filters = {
  All: () => true,
  Active: (todo: Snapshot<Todo>) => !todo.done,
  Done: (todo: Snapshot<Todo>) => todo.done,
};
type Filter = keyof typeof filters;

@customElement("todo-list")
export class TodoList extends VioletElement {
  @from(todos) accessor items!: Snapshot<Todo[]>;
  @from(view) accessor filter!: Filter;
  readonly focusOfRows = new RowFocus(this, "#text");

  override render() {
    const shown = this.filter === "All" ? this.items : this.items.filter(filters[this.filter]);
    return html`
      <section class="panel" aria-label="Todos">
        <form method="dialog" @submit.prevent=${this.add}>
          <label class="unseen" for="text">New todo</label>
          <input id="text" name="text" maxlength="200" autocomplete="off" placeholder="What is to be done?" required>
          <button>Add</button>
        </form>
        <ul>${each(
          shown,
          ({ id }) => id,
          (todo) => this.#row(todo),
        )}</ul>
        <p class="empty" ?hidden=${shown.length > 0}>Nothing here.</p>
        <footer>
          <span role="status">${this.items.filter(filters.Active).length} left to do</span>
          <fieldset class="choices">
            <legend class="unseen">Show</legend>
            ${Object.keys(filters).map((name) => this.#choice(name as Filter))}
          </fieldset>
        </footer>
      </section>`;
  }

  #row({ id, text, done }: Snapshot<Todo>) {
    return html`
      <li data-id=${id}>
        <label><input type="checkbox" ?checked=${checked(done)} @change=${on(this.check, id)}>${text}</label>
        <span class="tools">
          <button class="quiet" aria-label="Move up ${text}" @click=${on(this.place, id, "previous")}>↑</button>
          <button class="quiet" aria-label="Move down ${text}" @click=${on(this.place, id, "next")}>↓</button>
          <button class="quiet" aria-label="Delete ${text}" @click=${on(this.discard, id)}>×</button>
        </span>
      </li>`;
  }

  #choice(name: Filter) {
    return html`
      <label><input type="radio" name="filter" ?checked=${checked(this.filter === name)} @change=${on(this.show, name)}>${name}</label>`;
  }

  @callback add(event: SubmitEvent) {
    const { text } = (event.target as HTMLFormElement).elements as unknown as { text: HTMLInputElement };
    if (text.value.trim()) todos.add(text.value.trim());
    text.value = "";
  }

  @callback check(id: string, event: Event) {
    todos.check(id, (event.target as HTMLInputElement).checked);
  }

  @callback show(filter: Filter) {
    this.filter = filter;
  }

  /** Takes the place of the neighbour that is shown. */
  @callback place(id: string, side: "previous" | "next", event: Event) {
    const row = (event.target as HTMLElement).closest("li");
    const neighbour = row?.[`${side}ElementSibling`] as HTMLElement | null;
    if (neighbour) todos.place(id, neighbour.dataset.id ?? "");
  }

  @callback discard(id: string) {
    todos.remove(id);
  }

  static override styles = [
    look,
    css`
      form {
        display: flex;
        gap: 0.7rem;
        padding: 1.2rem;
      }

      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }

      li {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.3rem 0.7rem 0.3rem 1.2rem;
        border-top: 1px solid var(--line);
      }

      li label {
        display: flex;
        flex: 1;
        align-items: center;
        gap: 0.8rem;
        min-width: 0;
        padding-block: 0.4rem;
        color: var(--ink);
        font-size: 1rem;
        overflow-wrap: anywhere;
        cursor: pointer;
      }

      li input {
        flex: none;
        width: 1.15rem;
        height: 1.15rem;
        margin: 0;
      }

      li label:has(:checked) {
        color: var(--muted);
        text-decoration: line-through;
      }

      .tools {
        display: flex;
      }

      .tools button {
        width: 2.4rem;
        height: 2.4rem;
        padding: 0;
        font-size: 1.1rem;
        line-height: 1;
      }

      .empty {
        padding: 2rem 1rem;
        border-top: 1px solid var(--line);
      }

      footer {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.7rem;
        padding: 0.8rem 1.2rem;
        border-top: 1px solid var(--line);
        color: var(--muted);
        font-size: 0.9rem;
      }

      [hidden] {
        display: none;
      }
    `,
  ];
}
