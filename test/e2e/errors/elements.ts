/** Mistakes that an app's author can make, for test/e2e/errors.test.ts: the server and the browser import them. */
import { isServer } from "lit";
import { array, integer, object, size, string } from "superstruct";
import { VioletElement } from "../../../elements/index.ts";
import { callback, html, increment, shared } from "../../../src/index.ts";

const options = {
  state: object({ notes: array(size(string(), 1, 20)), score: integer(), online: integer() }),
  initial: () => ({ notes: ["first"], score: 0, online: 0 }),
  serverOnly: ["online"] as const,
};
export const board = shared("board", options);
export const room = shared.family("board-room", options);

interface Mistake {
  readonly code: string;
  /** Throws where it is made. What does not compile is cast: browsers run what was never compiled by us. */
  readonly make: () => unknown;
  /** Server code is trusted: there it is none. */
  readonly inBrowserOnly?: true;
}

export const mistakes: Readonly<Record<string, Mistake>> = {
  "a value that is not JSON": { code: "E_NOT_JSON", make: () => board.notes.push(new Date(0) as never) },
  "a write to a serverOnly key": {
    code: "E_SERVER_ONLY",
    make: () => Object.assign(board, { online: 7 }),
    inBrowserOnly: true,
  },
  "a write that the struct refuses": { code: "E_VALIDATION", make: () => board.notes.push("") },
  "an edit of a room that is not loaded": {
    code: "E_NOT_LOADED",
    make: () => room(isServer ? "back" : "front").notes.push("early"),
  },
  "a second definition of a name": { code: "E_DUPLICATE_NAME", make: () => shared("board", options) },
};

export class ErrorBoard extends VioletElement {
  override render() {
    return html`
      <p>${board.notes.join()} ${board.online}</p>
      <output>${board.score}</output>
      <button @click=${this.score}>Score</button>
      ${Object.entries(mistakes).map(([name, { make }]) => html`<button @click=${callback(make)}>${name}</button>`)}`;
  }

  @callback score() {
    increment(board, "score");
  }
}

class UnmarkedHandler extends VioletElement {
  override render() {
    return html`<button @click=${this.submit}>unmarked</button>`;
  }

  submit() {}
}

class UnknownModifier extends VioletElement {
  override render() {
    return html`<button @click.twice=${this.submit}>unknown</button>`;
  }

  @callback submit() {}
}

export const elements = {
  "error-board": ErrorBoard,
  "unmarked-handler": UnmarkedHandler,
  "unknown-modifier": UnknownModifier,
};

export function define(): void {
  for (const [name, element] of Object.entries(elements)) customElements.define(name, element);
}
