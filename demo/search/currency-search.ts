import { css } from "lit";
import { customElement, state } from "lit/decorators.js";
import { callback, html } from "violet-live";
import { each, VioletElement } from "violet-live/elements";
import { look } from "../look.ts";
import { type Currency, search } from "./search.server.ts";

@customElement("currency-search")
export class CurrencySearch extends VioletElement {
  @state() accessor found: readonly Currency[] = [];
  /** What is read out, and why there is nothing to see. */
  @state() accessor summary = "";
  @state() accessor problem = "";
  @state() accessor isBusy = false;
  #call = new AbortController();

  override render() {
    return html`
      <section class="panel" role="search" aria-label="Currencies">
        <label>Search
          <input type="search" maxlength="60" autocomplete="off" spellcheck="false" placeholder="dollar, yen, EUR …"
            @input.debounce=${this.search}></label>
        <progress aria-label="Searching" ?hidden=${!this.isBusy}></progress>
        <p role="status">${this.summary}</p>
        <p class="problem" role="alert">${this.problem}</p>
        <ul aria-label="Results" aria-busy=${this.isBusy}>${each(
          this.found,
          ({ code }) => code,
          ({ code, name }) => html`<li><b>${code}</b> <span>${name}</span></li>`,
        )}</ul>
      </section>`;
  }

  /** What was asked before is given up: its answer would be about an older text. */
  @callback async search(event: InputEvent) {
    const query = (event.target as HTMLInputElement).value.trim();
    this.#call.abort();
    this.#call = new AbortController();
    const { signal } = this.#call;
    this.isBusy = query !== "";
    if (!query) return this.#show();
    try {
      const { count, found } = await search.with({ signal })(query);
      this.#show({ found, summary: summaryOf(count, found.length) });
    } catch (error) {
      if (!signal.aborted) this.#show({ problem: `The search failed: ${(error as Error).message}` });
    }
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#call.abort();
  }

  #show({ found = [] as readonly Currency[], summary = "", problem = "" } = {}) {
    Object.assign(this, { found, summary, problem, isBusy: false });
  }

  static override styles = [
    look,
    css`
      section {
        position: relative;
        min-height: 22rem;
        padding: 1.2rem;
      }

      label {
        display: grid;
        gap: 0.25rem;
      }

      progress {
        position: absolute;
        inset: 0 0 auto;
        width: 100%;
        height: 0.25rem;
        appearance: none;
        border: 0;
        border-radius: var(--round) var(--round) 0 0;
        background: linear-gradient(90deg, var(--tint), var(--violet), var(--tint)) 0 / 50%;
      }

      progress::-webkit-progress-bar {
        background: none;
      }

      progress[hidden] {
        display: none;
      }

      /* Empty ones stay: what is not displayed is not read out when it gets its text. */
      p {
        margin: 0;
        color: var(--muted);
        font-size: 0.9rem;
      }

      p:not(:empty) {
        margin-top: 0.9rem;
      }

      .problem:not(:empty) {
        padding: 0.7rem 1rem;
        border-radius: 0.6rem;
        background: var(--gold-tint);
        color: var(--gold);
      }

      ul {
        margin: 0.6rem 0 0;
        padding: 0;
        list-style: none;
      }

      ul[aria-busy="true"] {
        opacity: 0.55;
      }

      li {
        display: grid;
        grid-template-columns: 4rem 1fr;
        padding: 0.5rem 0.2rem;
        border-top: 1px solid var(--line);
      }

      b {
        color: var(--violet);
        font: 600 0.95rem/1.6 var(--mono);
      }

      @media (prefers-reduced-motion: no-preference) {
        progress {
          animation: pass 1s linear infinite;
        }
      }

      @keyframes pass {
        to {
          background-position-x: 200%;
        }
      }
    `,
  ];
}

function summaryOf(count: number, shown: number) {
  if (count === 0) return "No currency is called that.";
  const currencies = count === 1 ? "1 currency" : `${count} currencies`;
  return shown < count ? `${currencies}, the first ${shown} are shown` : currencies;
}
