import { css } from "lit";
import { customElement } from "lit/decorators.js";
import { html } from "violet-live";
import { LiveElement } from "violet-live/elements";
import { look } from "../look.ts";
import { counter } from "./counter.server.ts";

@customElement("counter-card")
export class CounterCard extends LiveElement(counter) {
  override render() {
    return html`
      <section class="panel">
        <p role="status" aria-label="Count">${this.state.count}</p>
        <form method="post" @submit=${this.live.decrement}><button aria-label="Decrement">−</button></form>
        <form method="post" @submit=${this.live.increment}><button aria-label="Increment">+</button></form>
        <p role="alert">${this.error?.message}</p>
      </section>`;
  }

  static override styles = [
    look,
    css`
      .panel {
        display: grid;
        grid-template-columns: auto auto;
        gap: 0.75rem;
        justify-content: center;
        padding: 1.75rem 1.25rem;
      }

      [role="status"] {
        grid-column: 1 / -1;
        margin: 0 0 0.5rem;
        font-size: 3.25rem;
        font-weight: 700;
        line-height: 1;
        font-variant-numeric: tabular-nums;
        letter-spacing: -0.04em;
        text-align: center;
      }

      [role="alert"] {
        grid-column: 1 / -1;
        margin: 0;
        color: var(--danger);
        text-align: center;
      }

      [role="alert"]:empty {
        display: none;
      }

      form {
        margin: 0;
      }

      button {
        min-width: 4.5rem;
        font-size: 1.25rem;
      }
    `,
  ];
}
