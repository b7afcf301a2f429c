import { isServer } from "lit";
import { property } from "lit/decorators.js";
import { array, object, string } from "superstruct";
import { from, VioletElement } from "../../elements/index.ts";
import { callback, html, shared } from "../../src/index.ts";

export const figures = shared("fixture-figures", {
  state: object({ list: array(string()) }),
  initial: () => ({ list: [] }),
});

class Figures extends VioletElement {
  @from(figures) accessor list!: readonly string[];

  override render() {
    return html`<p>${this.list.join(" ")}</p><button @click=${this.add}>Add</button>`;
  }

  @callback add() {
    figures.list.push("here");
  }
}

class Given extends VioletElement {
  @property({ attribute: false }) accessor label = "";

  override render() {
    return html`<p>${this.label}</p>`;
  }
}

/** It does not show the same on both sides. */
class Unlike extends VioletElement {
  override render() {
    return html`<p>${isServer ? "there" : "here"}</p>`;
  }
}

export function defineFigures(): void {
  customElements.define("fixture-figures", Figures);
  customElements.define("fixture-given", Given);
  customElements.define("fixture-unlike", Unlike);
}
