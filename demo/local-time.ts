import { customElement, property } from "lit/decorators.js";
import { html } from "violet-live";
import { VioletElement } from "violet-live/elements";
import { zone } from "./zone.ts";

/** A time of day, where the reader is. */
@customElement("local-time")
export class LocalTime extends VioletElement {
  /** In ms since 1970. */
  @property({ type: Number }) accessor at = 0;
  /** Shows the day as well. */
  @property({ type: Boolean }) accessor dated = false;

  override render() {
    const date = new Date(this.at);
    const dateStyle = this.dated ? "medium" : undefined;
    const format = new Intl.DateTimeFormat("en-GB", { dateStyle, timeStyle: "short", timeZone: zone.value });
    return html`<time datetime=${date.toISOString()}>${format.format(date)}</time>`;
  }

  // After this task's other first renderings, which adopt what the server wrote.
  override firstUpdated() {
    queueMicrotask(() => {
      const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
      if (zone.value !== timeZone) zone.value = timeZone;
    });
  }
}
