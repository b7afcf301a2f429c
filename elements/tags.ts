/** Registers Violet's tags: the only module of the elements, besides the drop-in, that does something when imported. */
import { VioletLive } from "./live-tag.ts";
import { VioletLocal } from "./local-tag.ts";
import { VioletShared } from "./shared-tag.ts";
import { VioletStatus } from "./status-tag.ts";

declare global {
  interface HTMLElementTagNameMap {
    "violet-live": VioletLive;
    "violet-local": VioletLocal;
    "violet-shared": VioletShared;
    "violet-status": VioletStatus;
  }
}

const tags = {
  "violet-live": VioletLive,
  "violet-local": VioletLocal,
  "violet-shared": VioletShared,
  "violet-status": VioletStatus,
};

for (const [name, tag] of Object.entries(tags))
  if (!customElements.get(name)) customElements.define(name, tag);
