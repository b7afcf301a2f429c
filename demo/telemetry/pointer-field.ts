import { css, svg } from "lit";
import { customElement, state } from "lit/decorators.js";
import { callback, html, type Snapshot } from "violet-live";
import { each, from, VioletElement } from "violet-live/elements";
import { look } from "../look.ts";
import { point } from "./telemetry.server.ts";
import { type Place, type Pointer, pointers } from "./telemetry.ts";

const WIDTH = 160;
const HEIGHT = 100;
const STEP = 0.04;
const COLOURS = 6;

const steps: Readonly<Record<string, Place>> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
};

@customElement("pointer-field")
export class PointerField extends VioletElement {
  @from(pointers) accessor others!: Snapshot<Pointer[]>;
  @state() accessor mine: Place | undefined;

  override render() {
    const here = this.others.filter(({ isGone }) => !isGone).length;
    return html`
      <section class="panel" aria-label="Pointers">
        <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="application" tabindex="0" aria-label="Field" aria-describedby="how"
          @pointermove.throttle.50=${this.follow} @pointerdown=${this.follow}
          @keydown.left.right.up.down.prevent=${this.step} @animationend=${this.faded}>
          ${each(
            this.others,
            ({ id }) => id,
            ({ id, place, isGone }) => pointer(place, `colour-${colourOf(id)} ${isGone ? "gone" : ""}`),
          )}
          ${this.mine ? pointer(this.mine, "mine") : ""}
        </svg>
        <p><span id="how">Move here, or focus the field and use the arrow keys.</span>
          <span role="status">${here === 1 ? "1 other pointer" : `${here} other pointers`}</span></p>
      </section>`;
  }

  @callback follow({ currentTarget, clientX, clientY }: PointerEvent) {
    const { left, top, width, height } = (currentTarget as Element).getBoundingClientRect();
    this.#moveTo({ x: (clientX - left) / width, y: (clientY - top) / height });
  }

  @callback step({ key }: KeyboardEvent) {
    const { x, y } = this.mine ?? { x: 0.5, y: 0.5 };
    const by = steps[key] as Place;
    this.#moveTo({ x: x + by.x, y: y + by.y });
  }

  @callback faded() {
    pointers.clear();
  }

  #moveTo({ x, y }: Place) {
    this.mine = { x: share(x), y: share(y) };
    point(this.mine);
  }

  static override styles = [
    look,
    css`
      section {
        overflow: hidden;
      }

      svg {
        display: block;
        width: 100%;
        background: radial-gradient(var(--line) 1px, transparent 1.5px) 0 0 / 1.5rem 1.5rem;
        cursor: crosshair;
        touch-action: none;
      }

      svg:focus-visible {
        outline-offset: -3px;
      }

      path {
        fill: var(--colour);
        stroke: var(--surface);
        stroke-width: 0.6;
        stroke-linejoin: round;
      }

      .mine path {
        fill: none;
        stroke: var(--muted);
        stroke-dasharray: 1.2 0.8;
      }

      .colour-0 {
        --colour: light-dark(#6a3ad0, #bda4ff);
      }

      .colour-1 {
        --colour: light-dark(#0b7a75, #5fd6cf);
      }

      .colour-2 {
        --colour: light-dark(#b3341f, #ff9c86);
      }

      .colour-3 {
        --colour: light-dark(#8a5a00, #f2c35c);
      }

      .colour-4 {
        --colour: light-dark(#1f5fb8, #8bbcff);
      }

      .colour-5 {
        --colour: light-dark(#a3246f, #ff9ad0);
      }

      .gone {
        animation: fade 0.8s forwards;
      }

      @keyframes fade {
        to {
          opacity: 0;
        }
      }

      /* The field shrinks with the page; what points in it need not. */
      @media (max-width: 36rem) {
        path {
          scale: 1.7;
        }
      }

      p {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem 1.5rem;
        justify-content: space-between;
        margin: 0;
        padding: 0.8rem 1.2rem;
        border-top: 1px solid var(--line);
        color: var(--muted);
        font-size: 0.9rem;
      }
    `,
  ];
}

/** An attribute of SVG, and no style: the demo's content security policy takes none from a template. */
const pointer = ({ x, y }: Place, name: string) =>
  svg`<g class=${name} transform="translate(${x * WIDTH} ${y * HEIGHT})"><path d="M0 0 2.4 8.6 4.2 5 8 3.6Z"/></g>`;

const share = (value: number) => Math.min(Math.max(value, 0), 1);

/** Always the same for one client. */
const colourOf = (id: string) => id.charCodeAt(id.length - 1) % COLOURS;
