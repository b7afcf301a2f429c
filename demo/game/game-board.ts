import { css } from "lit";
import { customElement } from "lit/decorators.js";
import { callback, html, type Snapshot } from "violet-live";
import { each, from, VioletElement } from "violet-live/elements";
import { look } from "../look.ts";
import { game, type Player, player } from "./game.ts";

@customElement("game-board")
export class GameBoard extends VioletElement {
  @from(game) accessor score!: number;
  @from(game) accessor players!: Snapshot<Player[]>;
  @from(player) accessor name!: string;

  override render() {
    return html`
      <section class="panel" aria-label="Game">
        <output aria-label="Score">${this.score}</output>
        <div class="move">
          <label>Player <input maxlength="30" autocomplete="nickname" placeholder="Guest"
            .value=${this.name} @input=${this.rename}></label>
          <button @click=${this.point}>Score a point</button>
        </div>
        <ol aria-label="Players">${each(
          this.players,
          ({ name }) => name,
          ({ name, points }) => html`
          <li><span>${name}</span> <meter aria-label="Points of ${name}" max=${this.score} value=${points}></meter> <b>${points}</b></li>`,
        )}
        </ol>
      </section>`;
  }

  @callback rename(event: InputEvent) {
    this.name = (event.target as HTMLInputElement).value;
  }

  @callback point() {
    game.point(this.name);
  }

  static override styles = [
    look,
    css`
      section {
        display: grid;
        gap: 1.4rem;
        padding: clamp(1.5rem, 5vw, 2.5rem);
      }

      output {
        color: var(--violet);
        font-size: clamp(4rem, 3rem + 7vw, 6.5rem);
        font-weight: 700;
        line-height: 1;
        text-align: center;
      }

      .move {
        display: flex;
        flex-wrap: wrap;
        gap: 0.7rem;
        align-items: end;
        justify-content: center;
      }

      label {
        display: grid;
        flex: 0 1 14rem;
        gap: 0.25rem;
      }

      ol {
        display: grid;
        gap: 0.5rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }

      li {
        display: grid;
        grid-template-columns: minmax(4rem, 1fr) 3fr minmax(1.5rem, auto);
        gap: 0.8rem;
        align-items: center;
      }

      li span {
        overflow: hidden;
        text-overflow: ellipsis;
      }

      b {
        text-align: right;
        font-variant-numeric: tabular-nums;
      }

      meter {
        width: 100%;
        height: 0.7rem;
        appearance: none;
        border: 0;
        border-radius: 1rem;
        background: var(--tint);
        overflow: hidden;
      }

      meter::-webkit-meter-bar {
        height: 0.7rem;
        border: 0;
        border-radius: 1rem;
        background: var(--tint);
      }

      meter::-webkit-meter-optimum-value {
        border-radius: 1rem;
        background: var(--violet);
      }

      meter::-moz-meter-bar {
        background: var(--violet);
      }
    `,
  ];
}
