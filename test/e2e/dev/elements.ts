/** Elements that fail, for test/e2e/dev-overlay.test.ts: the server and the browser import them. */
import { isServer } from "lit";
import { integer, object, string } from "superstruct";
import { LiveElement, VioletElement } from "../../../elements/index.ts";
import { callback, html, local, shared } from "../../../src/index.ts";
import type { Live, LiveCallback } from "../../../src/state/live.ts";

export const broken = local("dev-broken", {
  state: object({ isOn: integer(), text: string() }),
  initial: () => ({ isOn: 0, text: "" }),
});

const locked = shared("dev-locked", {
  state: object({ n: integer() }),
  initial: () => ({ n: 0 }),
  access: { write: () => false },
});

export interface Calls {
  readonly fail: LiveCallback<[]>;
  readonly count: LiveCallback<[]>;
}

/** The browser has a stub, the server the component itself. */
export function define(card: Live<{ count: number }, Calls, object>, call: () => Promise<unknown>): void {
  class DevCard extends LiveElement(card) {
    override render() {
      return html`
        <button @click=${this.live.fail}>Fail on the server</button>
        <button @click=${this.live.count}>Count</button>
        <output>${this.state.count}</output>`;
    }
  }
  class DevBoard extends VioletElement {
    override render() {
      if (broken.isOn && !isServer) throw new Error("cannot render this");
      return html`
        <input aria-label="Text">
        <button @click=${this.breakIt}>Fail to render</button>
        <button @click.prevent=${this.handler}>Fail in a handler</button>
        <button @click=${this.late}>Fail later</button>
        <button @click=${this.call}>Fail in a function</button>
        <button @click=${this.unmarked}>Show an unmarked handler</button>
        <button @click=${this.write}>Write what is locked</button>
        <slot></slot>`;
    }

    @callback breakIt() {
      broken.isOn = 1;
    }

    @callback handler() {
      throw new TypeError("this handler is wrong");
    }

    @callback async late() {
      await Promise.resolve();
      throw new Error("this came later");
    }

    @callback write() {
      locked.n = 1;
    }

    @callback call() {
      return call();
    }

    @callback unmarked() {
      this.append(document.createElement("dev-unmarked"));
    }
  }
  class DevUnmarked extends VioletElement {
    override render() {
      return html`<button @click=${() => {}}>never</button>`;
    }
  }
  customElements.define("dev-card", DevCard);
  customElements.define("dev-board", DevBoard);
  customElements.define("dev-unmarked", DevUnmarked);
}
