import { css } from "lit";
import { customElement, state } from "lit/decorators.js";
import { callback, html, on, type Snapshot } from "violet-live";
import { each, from, VioletElement } from "violet-live/elements";
import { look } from "../look.ts";
import { RowFocus } from "../row-focus.ts";
import { notifyChosen, notifyEveryone, notifyMe } from "./notify.server.ts";
import { type Person, people, self, type Toast, toasts } from "./notify.ts";

@customElement("notify-panel")
export class NotifyPanel extends VioletElement {
  @from(people) accessor here!: Snapshot<Person[]>;
  @from(self) accessor client!: string;
  @from(toasts) accessor list!: Snapshot<Toast[]>;
  /** What became of the last notification to the chosen. */
  @state() accessor outcome = "";
  readonly focusOfRows = new RowFocus(this, "input");

  override render() {
    return html`
      <form class="panel" method="dialog" aria-label="Notify" @submit.prevent=${this.chosen}>
        <label>Text <input name="text" maxlength="120" autocomplete="off" value="Hello" required></label>
        <div class="row">
          <button type="button" @click=${this.me}>Notify me</button>
          <button type="button" @click=${this.everyone}>Notify everyone</button>
        </div>
        <fieldset>
          <legend>Or choose who is here</legend>
          <ul>${each(
            this.here,
            ({ id }) => id,
            ({ id, name }) => html`
            <li><label><input type="checkbox" name="to" .value=${id}>${name}${id === this.client ? " (you)" : ""}</label></li>`,
          )}</ul>
        </fieldset>
        <div class="row">
          <button>Notify the chosen</button>
          <span role="status">${this.outcome}</span>
        </div>
      </form>
      <ol class="toasts" aria-label="Notifications">${each(
        this.list,
        ({ id }) => id,
        ({ id, from, text }) => html`
        <li class="panel">
          <p role="alert"><b>${from}</b> ${text}</p>
          <button class="quiet" aria-label="Dismiss ${text}" @click=${on(this.dismiss, id)}>×</button>
        </li>`,
      )}</ol>`;
  }

  @callback me() {
    const text = this.#text();
    if (text) notifyMe(text);
  }

  @callback everyone() {
    const text = this.#text();
    if (text) notifyEveryone(text);
  }

  @callback async chosen(event: SubmitEvent) {
    const ids = new FormData(event.target as HTMLFormElement).getAll("to") as string[];
    const text = this.#text();
    if (!ids.length) this.outcome = "Choose at least one.";
    if (!ids.length || !text) return;
    try {
      const names = await notifyChosen(ids, text);
      this.outcome = names.length ? `Told ${names.join(", ")}.` : "They have all left.";
    } catch (error) {
      this.outcome = `Nobody was told: ${(error as Error).message}`;
    }
  }

  @callback dismiss(id: string) {
    toasts.dismiss(id);
  }

  /** Undefined where there is none; then the browser says so. */
  #text() {
    const input = this.renderRoot.querySelector("input");
    return input?.reportValidity() ? input.value : undefined;
  }

  static override styles = [
    look,
    css`
      form {
        display: grid;
        gap: 1.2rem;
        padding: 1.2rem;
      }

      form > label {
        display: grid;
        gap: 0.25rem;
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 0.7rem 1rem;
        align-items: center;
      }

      [role="status"] {
        color: var(--muted);
        font-size: 0.9rem;
      }

      ul,
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }

      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem 1.4rem;
        min-height: 2.4rem;
        margin-top: 0.3rem;
      }

      ul label {
        display: flex;
        gap: 0.5rem;
        align-items: center;
        min-height: 2.4rem;
        color: var(--ink);
        font-size: 1rem;
      }

      .toasts {
        position: fixed;
        right: var(--gap);
        bottom: var(--gap);
        z-index: 2;
        display: grid;
        gap: 0.7rem;
        width: min(22rem, 100% - 2 * var(--gap));
      }

      .toasts li {
        display: flex;
        gap: 0.5rem;
        align-items: start;
        justify-content: space-between;
        padding: 0.4rem 0.4rem 0.4rem 1rem;
        border-left: 0.3rem solid var(--violet);
      }

      .toasts p {
        margin: 0;
        padding-block: 0.6rem;
        overflow-wrap: anywhere;
      }

      .toasts b {
        display: block;
        color: var(--muted);
        font-size: 0.85rem;
      }

      @media (prefers-reduced-motion: no-preference) {
        .toasts li {
          animation: arrive 0.2s ease-out;
        }
      }

      @keyframes arrive {
        from {
          opacity: 0;
          translate: 0 0.6rem;
        }
      }
    `,
  ];
}
