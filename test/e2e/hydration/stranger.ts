/** A Lit element of somebody else's, defined before anything of Violet is evaluated. Browser only. */
import { html, LitElement } from "lit";

customElements.define(
  "plain-lit",
  class extends LitElement {
    static override properties = { label: {} };
    declare label: unknown;
    override render() {
      return html`<p>${this.label} 0</p>`;
    }
  },
);
