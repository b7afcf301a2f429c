import { html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";

const format = (timeZone: string | undefined, dateStyle?: "medium") =>
  new Intl.DateTimeFormat("en-GB", { dateStyle, timeStyle: "short", timeZone });

/**
 * A time of day. The server cannot know the reader's time zone: it writes UTC, as the browser's first rendering
 * does, and the browser corrects it after.
 */
@customElement("local-time")
export class LocalTime extends LitElement {
  /** In ms since 1970. */
  @property({ type: Number }) accessor at = 0;
  /** Shows the day as well. */
  @property({ type: Boolean }) accessor dated = false;
  @state() accessor zone: string | undefined = "UTC";

  override render() {
    const date = new Date(this.at);
    const text = format(this.zone, this.dated ? "medium" : undefined).format(date);
    return html`<time datetime=${date.toISOString()}>${text}</time>`;
  }

  override firstUpdated() {
    queueMicrotask(() => {
      this.zone = undefined;
    });
  }
}
