import { css, svg } from "lit";
import { customElement } from "lit/decorators.js";
import { callback, html, type Snapshot } from "violet-live";
import { from, LiveElement } from "violet-live/elements";
import { look } from "../look.ts";
import { dashboard } from "./dashboard.server.ts";
import { type Day, metrics } from "./metrics.ts";

const number = new Intl.NumberFormat("en");
const money = new Intl.NumberFormat("en", { style: "currency", currency: "EUR", maximumFractionDigits: 0 });

@customElement("sales-dashboard")
export class SalesDashboard extends LiveElement(dashboard) {
  @from(metrics) accessor days!: Snapshot<Day[]>;
  @from(metrics) accessor refreshes!: number;

  override render() {
    const { days, state } = this;
    const shown = days.find(({ date }) => date === state.day);
    return html`
      <section class="panel" aria-label="Dashboard">
        <header>
          <label>Day
            <input type="date" required .value=${state.day}
              min=${days[0]?.date ?? ""} max=${days.at(-1)?.date ?? ""} @change=${this.pick}>
          </label>
          <form method="post" @submit=${this.live.refresh}><button>Refresh</button></form>
        </header>
        <dl>
          ${metric("Revenue", shown && money.format(shown.revenue))}
          ${metric("Users", shown && number.format(shown.users))}
          ${metric("Orders", shown && number.format(shown.orders))}
        </dl>
        ${this.#chart()}
        <p role="status">${refreshed(this.refreshes)}</p>
        <p role="alert">${this.error?.message}</p>
      </section>`;
  }

  @callback pick({ target }: Event) {
    const { value } = target as HTMLInputElement;
    if (value) this.live.selectDay(value);
  }

  #chart() {
    const { days, state } = this;
    const most = Math.max(1, ...days.map(({ revenue }) => revenue));
    return html`
      <figure>
        <svg viewBox="0 0 ${days.length * 32} 90" role="img" aria-label="Revenue of ${days.length} days">${days.map(
          ({ date, revenue }, index) => {
            const height = Math.round((revenue * 84) / most);
            return svg`<rect class=${date === state.day ? "chosen" : ""} x=${index * 32 + 5} y=${90 - height}
              width="22" height=${height} rx="3"></rect>`;
          },
        )}</svg>
        <figcaption>Revenue, ${days.length} days</figcaption>
      </figure>`;
  }

  static override styles = [
    look,
    css`
      .panel {
        display: grid;
        gap: 1.25rem;
        padding: clamp(1.25rem, 4vw, 2rem);
      }

      header {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        justify-content: space-between;
        gap: 0.75rem 1rem;
      }

      label {
        display: grid;
        gap: 0.3rem;
        flex: 1 1 9rem;
        max-width: 13rem;
      }

      input::-webkit-calendar-picker-indicator {
        cursor: pointer;
      }

      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(5.5rem, 1fr));
        gap: 0.75rem;
        margin: 0;
      }

      dl > div {
        padding: clamp(0.6rem, 2vw, 1rem);
        border-radius: 0.7rem;
        background: var(--sunken);
      }

      dt,
      figcaption,
      [role="status"] {
        color: var(--muted);
        font-size: 0.88rem;
      }

      dd {
        margin: 0.15rem 0 0;
        font-size: clamp(1.15rem, 4vw, 1.6rem);
        font-weight: 650;
        font-variant-numeric: tabular-nums;
        letter-spacing: -0.02em;
      }

      figure,
      p {
        margin: 0;
      }

      svg {
        display: block;
        width: 100%;
        height: auto;
      }

      rect {
        fill: light-dark(#cdb9f7, #5a4687);
      }

      rect.chosen {
        fill: var(--violet);
      }

      figcaption {
        margin-top: 0.5rem;
      }

      [role="alert"]:empty {
        display: none;
      }

      @media (prefers-reduced-motion: no-preference) {
        rect {
          transition:
            y 0.25s,
            height 0.25s,
            fill 0.15s;
        }
      }

      @media (forced-colors: active) {
        rect {
          fill: GrayText;
        }

        rect.chosen {
          fill: Highlight;
        }
      }
    `,
  ];
}

const metric = (name: string, value: string | undefined) =>
  html`<div><dt id=${name}>${name}</dt><dd aria-labelledby=${name}>${value ?? "–"}</dd></div>`;

const refreshed = (times: number) => {
  if (!times) return "Not refreshed yet.";
  return times === 1 ? "Refreshed once, for everybody." : `Refreshed ${times} times, for everybody.`;
};
