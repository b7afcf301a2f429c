/** `violet-live/rollup`: the plugin for Rollup, Vite and web-test-runner. */
export { type VioletPlugin, violet } from "./violet.ts";
