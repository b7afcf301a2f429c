/** Elements that fail, or render otherwise, on the server: for test/e2e/healing.test.ts. */
import { isServer } from "lit";
import { integer, object } from "superstruct";
import { VioletElement } from "../../../elements/index.ts";
import { callback, html, increment, shared } from "../../../src/index.ts";

export const tally = shared("tally", { state: object({ count: integer() }), initial: () => ({ count: 0 }) });

class Counts extends VioletElement {
  override render(): unknown {
    return html`<button @click=${this.count}>Count</button><output>${tally.count}</output>`;
  }

  @callback count() {
    increment(tally, "count");
  }
}

class RendersOtherwise extends Counts {
  override render() {
    return html`<h2>${isServer ? "server" : "browser"}</h2>${super.render()}`;
  }
}

class FailsOnServer extends Counts {
  override render() {
    if (isServer) throw new Error("no window here");
    return super.render();
  }
}

class FailsEverywhere extends Counts {
  override render(): unknown {
    throw new Error("never");
  }
}

export const elements = {
  "counts-well": Counts,
  "renders-otherwise": RendersOtherwise,
  "fails-on-server": FailsOnServer,
  "fails-everywhere": FailsEverywhere,
};

export function define(): void {
  for (const [name, element] of Object.entries(elements)) customElements.define(name, element);
}
