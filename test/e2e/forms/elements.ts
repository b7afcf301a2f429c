/** One form with everything that a form may have, and what its callback got. */

import { LiveElement } from "../../../elements/index.ts";
import { html } from "../../../src/index.ts";
import type { Live, LiveCallback } from "../../../src/state/live.ts";

export interface Took {
  readonly last: string;
  readonly times: number;
}
export type TakeCalls = {
  take: LiveCallback<[fields: Record<string, unknown>]>;
  give: LiveCallback<[text: string, tags: string[]]>;
  exact: LiveCallback<[fields: { readonly word: string }]>;
  tick: () => void;
};

/** Defines the elements of a page: on the server with the component itself, in the browser with what stands for it. */
export function define(taker: Live<Took, TakeCalls>): void {
  class TakingForm extends LiveElement(taker) {
    override render() {
      const { last, times } = this.state;
      return html`<p role="status" aria-label="Took">${times} ${last}</p>
        <p role="alert">${this.error?.message}</p>
        <form id="all" @submit=${this.live.take}>
          <label>Text <input name="text" .value=${"given"}></label>
          <input name="empty"><input name="off" value="x" disabled><input value="no name">
          <fieldset disabled><legend><input name="legend" value="is on"></legend><input name="inside" value="x"></fieldset>
          <select name="many" multiple><option selected>1</option><option selected>2</option><option>3</option></select>
          <select name="one"><option>x</option><option value="why" selected>y</option></select>
          <label><input type="radio" name="choice" value="a">A</label><label><input type="radio" name="choice" value="b" checked>B</label>
          <input type="checkbox" name="ticked" checked><input type="checkbox" name="unticked">
          <input type="checkbox" name="boxes" value="1" checked><input type="checkbox" name="boxes" value="2" checked>
          <textarea name="lines" aria-label="Lines">one
two</textarea>
          <label>File <input type="file" name="file"></label>
          <input type="hidden" name="hidden" value="&lt;&quot;&amp;">
          <button name="by" value="first">First</button>
          <button name="by" value="second" formaction="https://elsewhere.invalid/" formmethod="get">Second</button>
        </form>
        <label>Outside <input name="outside" form="all" value="it is"></label><input name="text" form="nobody" value="x">
        <form @submit="give(word, tag)"><label>Word <input name="word" .value=${"word"}></label>
          <label>Tag <input name="tag" value="tag"></label><label>Other tag <input name="tag"></label><label><input type="checkbox" name="flag" ?checked=${!last}>Flag</label><input type="submit" value="Give"></form>
        <form @submit=${this.live.exact}><input type="hidden" name="word" value="exact"><button>Exact</button><button name="how" value="quick">Quick</button></form>
        <form @submit=${this.live.tick}><button>Tick</button></form>
        <slot></slot>`;
    }
  }
  customElements.define("taking-form", TakingForm);
}
