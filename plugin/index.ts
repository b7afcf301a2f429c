/** `violet-live/rollup`: the plugin for Rollup, Vite and web-test-runner. */
import "../server/node-version.ts";

export { type VioletPlugin, violet } from "./violet.ts";
