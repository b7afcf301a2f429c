/** `violet-live/elements`: the base class of live elements and what goes with it. Importing it registers nothing. */
export { SocketController, StoreController } from "./controllers.ts";
export { each } from "./each.ts";
export { from } from "./from.ts";
export { type LiveBase, LiveElement, type LiveMembers } from "./live-element.ts";
export { Violet } from "./mixin.ts";
export { VioletElement } from "./violet-element.ts";
