import { html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";

const clock = (timeZone?: string) => new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone });

/**
 * A time of day. The server cannot know the reader's time zone: it writes UTC, as the browser's first rendering
 * does, and the browser corrects it after.
 */
@customElement("local-time")
export class LocalTime extends LitElement {
  /** In ms since 1970. */
  @property({ type: Number }) accessor at = 0;
  @state() accessor zone: string | undefined = "UTC";

  override render() {
    const date = new Date(this.at);
    return html`<time datetime=${date.toISOString()}>${clock(this.zone).format(date)}</time>`;
  }

  override firstUpdated() {
    queueMicrotask(() => {
      this.zone = undefined;
    });
  }
}
