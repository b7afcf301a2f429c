/** A live form, and what a page's own ids and names may take from it. */
import { customElement } from "lit/decorators.js";
import { any, integer, object } from "superstruct";
import { VioletElement } from "../../../elements/index.ts";
import { callback, html, increment, shared } from "../../../src/index.ts";

export const votes = shared("forms-votes", {
  state: object({ count: integer(), note: any() }),
  initial: () => ({ count: 3, note: {} }),
});

const vote = callback(() => {
  increment(votes, "count");
});

@customElement("vote-form")
export class VoteForm extends VioletElement {
  override render() {
    return html`<form @submit.prevent=${vote}>
        <input name="addEventListener"><input name="requestSubmit"><input name="action"><input name="id">
        <button>Vote</button>
      </form>
      <output aria-label="Votes">${votes.count}</output><output aria-label="Note">${JSON.stringify(votes.note)}</output>`;
  }
}
