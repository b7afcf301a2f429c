/** A form whose events are calls in attributes: the server and the browser import it. */
import { customElement } from "lit/decorators.js";
import { integer, object, string } from "superstruct";
import { VioletElement } from "../../../elements/index.ts";
import { callback, html, shared } from "../../../src/index.ts";

export const tally = shared("calls-tally", {
  state: object({ count: integer(), name: string() }),
  initial: () => ({ count: 3, name: "nobody" }),
  actions: (action) => ({
    add: action([integer(), string()], (state, n, name) => {
      state.count += n;
      state.name = name;
    }),
  }),
});

@customElement("tally-form")
export class TallyForm extends VioletElement {
  override render() {
    return html`<form @submit="add(n, name)">
        <input name="n" aria-label="Number"><input name="name" aria-label="Name" value="Ada"><button>Add</button>
      </form>
      <button data-on-click="rename('it\\'s me')">Rename</button>
      <output aria-label="Tally">${tally.name} ${tally.count}</output>`;
  }

  @callback rename(name: string) {
    tally.add(0, name);
  }
}
