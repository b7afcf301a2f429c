import { css, type PropertyValues } from "lit";
import { customElement } from "lit/decorators.js";
import { html } from "violet-live";
import { LiveElement } from "violet-live/elements";
import { look } from "../look.ts";
import { progress } from "./progress.server.ts";

@customElement("progress-card")
export class ProgressCard extends LiveElement(progress) {
  override render() {
    const { percent, task, isRunning } = this.state;
    return html`
      <section class="panel">
        <header><h2 id="title">Yearly report</h2> <output aria-hidden="true">${percent} %</output></header>
        <progress aria-labelledby="title" max="100" value=${percent}></progress>
        <p role="status">${task || "Not started."}</p>
        <form method="post" @submit=${this.live.start}>
          <button ?disabled=${isRunning || this.busy}>${percent === 100 ? "Start again" : "Start"}</button>
        </form>
        <p role="alert">${this.error?.message}</p>
      </section>`;
  }

  /** A button that is disabled loses the focus: it gets it back when it may be pressed again. */
  protected override update(changed: PropertyValues) {
    const button = () => this.renderRoot.querySelector<HTMLButtonElement>("button");
    this.#hadFocus ||= button()?.matches(":focus") ?? false;
    super.update(changed);
    if (!this.#hadFocus || button()?.disabled) return;
    if (document.activeElement === document.body) button()?.focus();
    this.#hadFocus = false;
  }

  #hadFocus = false;

  static override styles = [
    look,
    css`
      .panel {
        display: grid;
        gap: 0.9rem;
        padding: clamp(1.25rem, 4vw, 2rem);
      }

      header {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: 1rem;
      }

      h2,
      p {
        margin: 0;
      }

      h2 {
        font-size: 1.2rem;
      }

      output {
        color: var(--violet);
        font: 600 1.1rem/1 var(--mono);
      }

      progress {
        appearance: none;
        width: 100%;
        height: 0.9rem;
        border: 0;
        border-radius: 1rem;
        background: var(--tint);
        overflow: hidden;
      }

      progress::-webkit-progress-bar {
        background: var(--tint);
      }

      progress::-webkit-progress-value {
        border-radius: 1rem;
        background: var(--violet);
      }

      progress::-moz-progress-bar {
        border-radius: 1rem;
        background: var(--violet);
      }

      [role="status"] {
        color: var(--muted);
      }

      [role="alert"]:empty {
        display: none;
      }

      button:disabled {
        opacity: 0.55;
        cursor: default;
      }

      @media (prefers-reduced-motion: no-preference) {
        progress::-webkit-progress-value {
          transition: inline-size 0.15s linear;
        }
      }
    `,
  ];
}
