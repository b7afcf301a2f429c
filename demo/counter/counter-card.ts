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
        grid-template-columns: 1fr 1fr;
        gap: 0.75rem;
        justify-items: center;
      }
      [role="status"] {
        grid-column: 1 / -1;
        margin: 0;
        font-size: 3rem;
        font-variant-numeric: tabular-nums;
      }
      [role="alert"] {
        grid-column: 1 / -1;
      }
      button {
        min-width: 4rem;
        font-size: 1.25rem;
      }
    `,
  ];
}
