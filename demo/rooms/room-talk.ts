import { css } from "lit";
import { customElement, property } from "lit/decorators.js";
import { callback, html, type Snapshot } from "violet-live";
import { each, from, VioletElement } from "violet-live/elements";
import { me } from "../chat/chat.ts";
import "../local-time.ts";
import { look } from "../look.ts";
import { type Line, room, rooms } from "./rooms.ts";

/** The same for a name on every screen: one of the six colours below. */
const colourOf = (name: string) =>
  `c${Array.from(name).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 6}`;

@customElement("room-talk")
export class RoomTalk extends VioletElement {
  @property() accessor room = "lobby";
  /** What is said here survives the server. */
  @property({ type: Boolean }) accessor kept = false;
  @from((element: RoomTalk) => room(element.room)) accessor lines!: Snapshot<Line[]>;
  @from(me) accessor name!: string;
  @from(me) accessor clients!: Snapshot<string[]>;

  override render() {
    return html`
      <section class="panel" aria-label="Room ${this.room}">
        <header>
          <nav aria-label="Rooms"><ul>${[...new Set([...rooms, this.room])].map((name) => this.#door(name))}</ul></nav>
          <form action="/rooms">
            <label><span class="unseen">Another room</span>
              <input name="name" required maxlength="64" pattern="[A-Za-z0-9_\\-]+" placeholder="another room" autocomplete="off"></label>
            <button class="quiet">Go</button>
          </form>
        </header>
        <div class="log" role="log" aria-label="What was said" tabindex="0">
          <ol>${each(
            this.lines,
            ({ id }) => id,
            (line) => this.#line(line),
          )}</ol>
          <p class="empty" ?hidden=${this.lines.length > 0}>Nothing was ever said in here.</p>
        </div>
        <form class="say" method="dialog" @submit.prevent=${this.say}>
          <label>Name <input name="name" maxlength="40" autocomplete="nickname" placeholder="Guest"
            .value=${this.name} @input=${this.rename}></label>
          <label>Message <input name="text" maxlength="500" autocomplete="off" required></label>
          <button>Say it</button>
        </form>
        <p class="kept">${
          this.kept
            ? "This server writes each line to its disk before it says that it has it."
            : html`This server has it in memory. Started by <code>VIOLET_DB=rooms.db npm start</code> it keeps it.`
        }</p>
      </section>`;
  }

  #door(name: string) {
    const here = name === this.room;
    return here
      ? html`<li><a href="/rooms/${name}" aria-current="page">${name}</a></li>`
      : html`<li><a href="/rooms/${name}">${name}</a></li>`;
  }

  #line({ by, name, text, at }: Snapshot<Line>) {
    const mine = this.clients.includes(by);
    return html`
      <li>
        <span class="face ${colourOf(name)}" aria-hidden="true">${Array.from(name)[0]}</span>
        <p class="by"><b>${name}</b>${mine ? html` <span class="you">you</span>` : ""}
          <local-time .at=${at} dated></local-time></p>
        <p class="text">${text}</p>
      </li>`;
  }

  @callback rename(event: InputEvent) {
    this.name = (event.target as HTMLInputElement).value;
  }

  @callback say(event: SubmitEvent) {
    const { text } = (event.target as HTMLFormElement).elements as unknown as { text: HTMLInputElement };
    if (!text.value.trim()) return;
    me.speak();
    room(this.room).say(text.value.trim(), this.name);
    text.value = "";
    text.focus();
  }

  static override styles = [
    look,
    css`
      :host,
      section {
        display: flex;
        flex-direction: column;
      }

      section {
        flex: 1;
      }

      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.6rem 1rem;
        padding: 0.8rem 1.2rem;
        border-bottom: 1px solid var(--line);
      }

      nav ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.3rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }

      nav a {
        display: block;
        padding: 0.35rem 0.9rem;
        border-radius: 2rem;
        background: var(--sunken);
        color: var(--muted);
        font-size: 0.94rem;
        text-decoration: none;
        overflow-wrap: anywhere;
      }

      nav a::before {
        content: "# ";
        opacity: 0.6;
      }

      nav a:hover {
        color: var(--ink);
      }

      nav a[aria-current] {
        background: var(--violet);
        color: var(--on-violet);
        font-weight: 600;
      }

      header form {
        display: flex;
        gap: 0.4rem;
      }

      header input:not([type="radio"], [type="checkbox"]) {
        width: 9rem;
        min-height: 2.2rem;
        padding: 0.25rem 0.8rem;
        border-radius: 2rem;
        font-size: 0.94rem;
      }

      header button {
        min-height: 2.2rem;
        padding: 0.25rem 0.9rem;
      }

      /* The newest line stays in view without a script: a reversed column starts at its end. */
      .log {
        display: flex;
        flex: 1 0 0;
        flex-direction: column-reverse;
        min-height: 11rem;
        overflow-y: auto;
        overscroll-behavior: contain;
      }

      .log:focus-visible {
        outline-offset: -3px;
      }

      ol {
        display: flex;
        flex-direction: column;
        gap: 1rem;
        margin: 0;
        padding: 1.2rem;
        list-style: none;
      }

      .empty {
        margin: auto;
        padding: 1rem;
      }

      [hidden],
      .log:has(.empty:not([hidden])) ol {
        display: none;
      }

      li:has(.face) {
        display: grid;
        grid-template-columns: 2.4rem 1fr;
        column-gap: 0.8rem;
      }

      .face {
        grid-row: span 2;
        display: grid;
        place-content: center;
        width: 2.4rem;
        height: 2.4rem;
        border-radius: 50%;
        background: hsl(var(--hue) 50% 38%);
        color: white;
        font-weight: 600;
        text-transform: uppercase;
      }

      .c0 {
        --hue: 262;
      }

      .c1 {
        --hue: 200;
      }

      .c2 {
        --hue: 152;
      }

      .c3 {
        --hue: 28;
      }

      .c4 {
        --hue: 340;
      }

      .c5 {
        --hue: 290;
      }

      li p {
        margin: 0;
      }

      .by {
        color: var(--muted);
        font-size: 0.82rem;
      }

      .by b {
        margin-right: 0.3rem;
        color: var(--ink);
        font-size: 0.94rem;
      }

      .you {
        padding: 0 0.45rem;
        border-radius: 1rem;
        background: var(--tint);
        color: var(--violet-deep);
      }

      .text {
        overflow-wrap: anywhere;
      }

      .say {
        display: grid;
        grid-template-columns: 9rem 1fr auto;
        gap: 0.7rem;
        align-items: end;
        padding: 1rem 1.2rem;
        border-top: 1px solid var(--line);
      }

      .say label {
        display: grid;
        gap: 0.25rem;
      }

      .kept {
        margin: 0;
        padding: 0 1.2rem 1rem;
        color: var(--muted);
        font-size: 0.88rem;
      }

      code {
        font: 0.92em var(--mono);
      }

      @media (max-width: 36rem) {
        .say {
          grid-template-columns: 1fr auto;
        }

        .say label:first-child {
          grid-column: 1 / -1;
        }
      }
    `,
  ];
}
