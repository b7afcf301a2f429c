/**
 * A page is rendered in at most three passes. What a pass read and was not there (a room that is not loaded, a
 * right that has to be asked for) is fetched, and the page rendered again. What the last pass lacks stands as the
 * error of the element that read it.
 */
import type { Loader } from "../../src/state/resolver.ts";
import { runIn } from "../scope.ts";
import { Rendering } from "./rendering.ts";
import type { Visit } from "./visit.ts";

const MAX_PASSES = 3;

export interface Rendered<T> {
  /** The pass that counts. */
  readonly rendering: Rendering;
  readonly result: T;
}

/** Runs `make` in the scope of the visit until it lacks nothing. All that it read is committed by then. */
export async function inPasses<T>(
  visit: Visit,
  mark: boolean,
  make: (rendering: Rendering) => Promise<T>,
): Promise<Rendered<T>> {
  for (let pass = 1; pass < MAX_PASSES; pass++) {
    const rendering = new Rendering(visit, mark ? "mark" : "again");
    const made = await attempt(rendering, make);
    if (rendering.wanted.size === 0) return committed(rendering, made());
    await Promise.all(Array.from(rendering.wanted.values(), (bring) => bring()));
  }
  const rendering = new Rendering(visit, mark ? "mark" : "throw");
  return committed(rendering, (await attempt(rendering, make))());
}

/** What `make` gives, or the error that it throws, when it is asked for: another pass may come first. */
async function attempt<T>(
  rendering: Rendering,
  make: (rendering: Rendering) => Promise<T>,
): Promise<() => T> {
  const { visit, resolve, mount } = rendering;
  const { app, request, client, session } = visit;
  const load: Loader = (definition, key) => visit.admit({ definition, key });
  try {
    const result = await runIn({ app, request, client, session, resolve, load, mount }, () =>
      make(rendering),
    );
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** A page must not show what storage then refuses. */
async function committed<T>(rendering: Rendering, result: T): Promise<Rendered<T>> {
  await Promise.all(Array.from(rendering.authorities, (authority) => authority.settled()));
  rendering.keepInstances();
  return { rendering, result };
}
