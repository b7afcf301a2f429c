import { css } from "lit";
import { customElement } from "lit/decorators.js";
import { callback, html, type Snapshot } from "violet-live";
import { each, from, VioletElement } from "violet-live/elements";
import "../local-time.ts";
import { look } from "../look.ts";
import { chat, type Message, me } from "./chat.ts";

@customElement("chat-room")
export class ChatRoom extends VioletElement {
  @from(chat) accessor messages!: Snapshot<Message[]>;
  @from(chat) accessor online!: number;
  @from(me) accessor name!: string;
  @from(me) accessor clients!: Snapshot<string[]>;

  override render() {
    return html`
      <section class="panel" aria-label="Chat">
        <p class="online">${this.online} online</p>
        <div class="log" role="log" aria-label="Messages" tabindex="0">
          <ol>${each(
            this.messages,
            ({ id }) => id,
            (message) => this.#message(message),
          )}</ol>
          <p class="empty" ?hidden=${this.messages.length > 0}>Nobody has said anything yet. Be the first.</p>
        </div>
        <form method="dialog" @submit.prevent=${this.send}>
          <label>Name <input name="name" maxlength="40" autocomplete="nickname" placeholder="Guest"
            .value=${this.name} @input=${this.rename}></label>
          <label>Message <input name="text" maxlength="500" autocomplete="off" required></label>
          <button>Send</button>
        </form>
      </section>`;
  }

  #message({ by, name, text, at }: Snapshot<Message>) {
    const mine = this.clients.includes(by);
    return html`
      <li class=${mine ? "mine" : ""}>
        <p class="by"><b>${name}</b>${mine ? html`<span class="unseen"> (you)</span>` : ""}
          <local-time .at=${at}></local-time></p>
        <p class="text">${text}</p>
      </li>`;
  }

  @callback rename(event: InputEvent) {
    this.name = (event.target as HTMLInputElement).value;
  }

  @callback send(event: SubmitEvent) {
    const { text } = (event.target as HTMLFormElement).elements as unknown as { text: HTMLInputElement };
    if (!text.value.trim()) return;
    me.speak();
    chat.send(text.value.trim(), this.name);
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

      .online {
        margin: 0;
        padding: 0.7rem 1.2rem;
        border-bottom: 1px solid var(--line);
        color: var(--muted);
        font-size: 0.9rem;
      }

      .online::before {
        content: "";
        display: inline-block;
        width: 0.55rem;
        height: 0.55rem;
        margin-right: 0.5rem;
        border-radius: 50%;
        background: var(--violet);
      }

      /* The newest message stays in view without a script: a reversed column starts at its end. */
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
        gap: 0.9rem;
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

      li {
        display: grid;
        justify-items: start;
        gap: 0.25rem;
        margin-right: 15%;
      }

      li p {
        margin: 0;
      }

      .by {
        color: var(--muted);
        font-size: 0.82rem;
      }

      .by b {
        color: var(--ink);
      }

      .text {
        padding: 0.5rem 0.9rem;
        border-radius: 0.3rem 1rem 1rem 1rem;
        background: var(--sunken);
        overflow-wrap: anywhere;
      }

      .mine {
        justify-items: end;
        margin: 0 0 0 15%;
      }

      .mine .text {
        border-radius: 1rem 0.3rem 1rem 1rem;
        background: var(--violet);
        color: var(--on-violet);
      }

      form {
        display: grid;
        grid-template-columns: 9rem 1fr auto;
        gap: 0.7rem;
        align-items: end;
        padding: 1rem 1.2rem 1.2rem;
        border-top: 1px solid var(--line);
      }

      form label {
        display: grid;
        gap: 0.25rem;
      }

      @media (max-width: 36rem) {
        form {
          grid-template-columns: 1fr auto;
        }

        form label:first-child {
          grid-column: 1 / -1;
        }
      }
    `,
  ];
}
