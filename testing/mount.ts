import { Component } from "../server/live/component.ts";
import { callableOf, makeCallable } from "../src/calls/callable.ts";
import { fail } from "../src/errors.ts";
import type { User } from "../src/state/definition.ts";
import type { JsonObject } from "../src/state/json.ts";
import type { Live } from "../src/state/live.ts";
import { type MountArguments, MountedComponent, type MountOptions } from "./mounted.ts";
import { type TestClientOptions, type TestSiteOptions, testSite } from "./site.ts";

/** Those of the instance, of whose page it is, and of the site. */
type Options<U extends object> = MountOptions & TestClientOptions<U> & TestSiteOptions<U>;

/**
 * Mounts an instance of a live component, as an element does, in a page and a site of its own, which end with it. It is what
 * `client.mount` gives on a site that you have. A component that no `modules` of the site name needs none. Runs in Node.
 * Rejects as `testSite`, `site.client` and `client.mount` do.
 *
 *     await using card = await mount(counter, { startAt: 3 }, { element: CounterCard });
 *     await card.trigger("add", 2);
 *     assert.equal(card.state.count, 5);
 *     assert.match(card.html, /5/);
 */
export async function mount<S, C, P, U extends object = User>(
  component: Live<S, C, P>,
  ...[params, options = {}]: MountArguments<P, Options<U>>
): Promise<MountedComponent<S, C>> {
  const { key, element, user, headers, stores, name, ...ofSite } = options;
  const isNamed = ofSite.app !== undefined || isIn(ofSite.options?.modules ?? {}, component);
  const named = isNamed ? component : copyOf(component);
  const site = await testSite<U>(isNamed ? ofSite : withModule(named, ofSite));
  try {
    const client = await site.client({ user, headers, stores, name });
    const given = (params ?? {}) as JsonObject;
    return await MountedComponent.in(client, component, given, { key, element, named, site });
  } catch (error) {
    await site.close();
    throw error;
  }
}

const isIn = (modules: Readonly<Record<string, object>>, component: object): boolean =>
  Object.values(modules).some((module) => Object.values(module).includes(component));

/** A name is for good, and nobody knows here which one its app gives it: another component, of the same options, has this one. */
function copyOf(component: object): object {
  const known = callableOf(component);
  if (!(known instanceof Component)) fail("E_OPTION", { name: "mount", expected: "what live() gives" });
  return makeCallable({}, new Component(known.options));
}

const withModule = <U extends object>(
  component: object,
  { options, ...rest }: TestSiteOptions<U>,
): TestSiteOptions<U> => ({
  ...rest,
  options: { ...options, modules: { ...options?.modules, component: { component } } },
});
