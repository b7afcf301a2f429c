import { pageRuntime } from "../src/page.ts";
import type { Mounted, Mounting } from "../src/state/live.ts";
import { LiveReplica } from "../src/state/live-replica.ts";

/** Gives an element its instance. */
export type Mount = (mounting: Mounting) => Mounted;

let mounter: Mount = (mounting) => LiveReplica.of(mounting, pageRuntime());

/** Installed once by the server, which renders. */
export function setMount(next: Mount): void {
  mounter = next;
}

/** The element's instance: of the page in a browser, of the rendering on the server. */
export const mount: Mount = (mounting) => mounter(mounting);
