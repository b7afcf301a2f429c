/** Notes that are HTML, made by the server alone. */
import { customElement } from "lit/decorators.js";
import { array, object, string } from "superstruct";
import { each, VioletElement } from "../../../elements/index.ts";
import { html, shared, trusted } from "../../../src/index.ts";

export const notes = shared("notes", {
  state: object({ rows: array(string()) }),
  initial: () => ({ rows: ["<b>first</b>"] }),
  serverOnly: ["rows"],
});

@customElement("note-board")
export class NoteBoard extends VioletElement {
  override render() {
    return html`<ul>${each(
      notes.rows,
      (text) => text,
      (text) => html`<li>${trusted(text)}</li>`,
    )}</ul>`;
  }
}
