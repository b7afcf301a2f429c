import type { LitElement, ReactiveController } from "lit";

const controlsOf = (row: Element) => row.querySelectorAll<HTMLElement>("input, button");

/**
 * Keeps the focus in a list that anybody may change. It stays with a row that moves; where its row goes it goes on to
 * the same control of the next one, at the end of the one before, and of an empty list to what `otherwise` selects.
 */
export class RowFocus implements ReactiveController {
  readonly #host: LitElement;
  readonly #otherwise: string;
  /** The rows that may have it after the update, the best first, and which of their controls it is. */
  #heirs: readonly Element[] = [];
  #control = 0;

  constructor(host: LitElement, otherwise: string) {
    this.#host = host;
    this.#otherwise = otherwise;
    host.addController(this);
  }

  get #focused() {
    return this.#host.shadowRoot?.activeElement as HTMLElement | null | undefined;
  }

  hostUpdate() {
    this.#heirs = [];
    const focused = this.#focused;
    const row = focused?.closest("li");
    if (!focused || !row) return;
    const rows = [...(row.parentElement as Element).children];
    const at = rows.indexOf(row);
    this.#heirs = [...rows.slice(at), ...rows.slice(0, at).reverse()];
    this.#control = [...controlsOf(row)].indexOf(focused);
  }

  hostUpdated() {
    if (!this.#heirs.length || this.#focused) return;
    const heir = this.#heirs.find(({ isConnected }) => isConnected);
    const next = heir && controlsOf(heir)[this.#control];
    (next ?? this.#host.renderRoot.querySelector<HTMLElement>(this.#otherwise))?.focus();
  }
}
