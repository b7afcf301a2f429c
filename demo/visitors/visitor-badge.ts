import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { from, VioletElement } from "violet-live/elements";

/** A number in a sentence. It names no store: the nearest provider around it gives the value. */
@customElement("visitor-badge")
export class VisitorBadge extends VioletElement {
  @from() accessor value = 0;

  override render() {
    return html`<output aria-label="Visitors">${this.value}</output>`;
  }

  static override styles = css`
    output {
      padding: 0 0.35em;
      border-radius: 0.3em;
      background: var(--tint);
      color: var(--violet-deep);
      font-weight: 700;
      font-variant-numeric: tabular-nums;
    }
  `;
}
