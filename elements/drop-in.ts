/**
 * `violet-live/drop-in`: all that a plain page needs in one file, for a `<script type="module">` without a build.
 * Importing it registers the `<violet-*>` tags.
 */
import "./tags.ts";

export { css, LitElement, nothing, svg } from "lit";
export {
  callback,
  client,
  getRuntime,
  html,
  increment,
  isLoaded,
  load,
  loaded,
  local,
  move,
  on,
  pending,
  Runtime,
  remote,
  settled,
  shared,
  snapshot,
  subscribe,
  transaction,
  trusted,
  VioletError,
  writable,
} from "../src/index.ts";
export {
  each,
  from,
  LiveElement,
  SocketController,
  StoreController,
  Violet,
  VioletElement,
} from "./index.ts";
