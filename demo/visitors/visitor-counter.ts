import { css } from "lit";
import { customElement } from "lit/decorators.js";
import { callback, html, increment } from "violet-live";
import { VioletElement } from "violet-live/elements";
import { look } from "../look.ts";
import { visitors } from "./visitors.ts";

@customElement("visitor-counter")
export class VisitorCounter extends VioletElement {
  override render() {
    return html`
      <section class="panel" aria-label="Visitor counter">
        <output aria-label="Visitors">${visitors.value}</output>
        <button @click=${this.count}>Count me</button>
      </section>`;
  }

  // Not `visitors.value += 1`: that writes what this browser saw plus one, and two clicks at once count once.
  @callback count() {
    increment(visitors, "value");
  }

  static override styles = [
    look,
    css`
      section {
        display: grid;
        justify-items: center;
        gap: 1.2rem;
        padding: clamp(2rem, 8vw, 4rem) 1.5rem;
      }

      output {
        color: var(--violet);
        font-size: clamp(4.5rem, 3rem + 9vw, 8rem);
        font-weight: 700;
        line-height: 1;
      }

      button {
        padding: 0.8rem 2rem;
        font-size: 1.1rem;
      }
    `,
  ];
}
