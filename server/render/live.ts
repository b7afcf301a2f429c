/** Live components while a page is rendered: their elements read the state that their instances will begin with. */
import { setMount } from "../../elements/mounting.ts";
import { fail } from "../../src/errors.ts";
import type { JsonObject } from "../../src/state/json.ts";
import { type LiveError, liveDefinition, type Mounted } from "../../src/state/live.ts";
import type { InstanceName } from "../hub/hub.ts";
import { currentScope } from "../scope.ts";
import { RenderStore, refuseCall } from "./render-store.ts";

setMount((mounting) => {
  const { component: name } = mounting;
  return (currentScope()?.mount ?? fail("E_NO_SCOPE", { store: name }))(mounting);
});

/** An instance as its element sees it while it is rendered. */
export const renderedInstance = (
  { component, key }: InstanceName,
  value: JsonObject,
  error: LiveError | undefined,
): Mounted => ({
  core: new RenderStore(liveDefinition(component), key, { boxed: false, value }),
  about: undefined,
  error,
  isBusy: false,
  isEnded: false,
  send: (callback) => refuseCall(component, callback),
  unmount() {},
});
