/** `violet-live/testing`: an app and its clients in one process, for your tests. Runs in Node. */
export type { Heard, TestClient } from "./client.ts";
export { TestClock } from "./clock.ts";
export { converged } from "./converged.ts";
export {
  type FixtureAnswer,
  type FixtureRequest,
  type FixturesPlugin,
  fixtures,
  type Parts,
} from "./fixtures.ts";
export { mount } from "./mount.ts";
export type { MountedComponent, MountOptions } from "./mounted.ts";
export type { Counts, Faults, Network } from "./network.ts";
export {
  type RestartOptions,
  type TestClientOptions,
  type TestSite,
  type TestSiteOptions,
  testSite,
} from "./site.ts";
