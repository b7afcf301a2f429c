import type { Page } from "playwright-core";

/** Holds back what the page loads from `assets`, or what `which` names, until what this gives is resolved. Two of them wait for both. */
export async function holdModules(
  page: Page,
  which: (url: URL) => boolean = ({ pathname }) => /^\/(assets\/|_violet\/runtime)/.test(pathname),
): Promise<PromiseWithResolvers<void>> {
  const held = Promise.withResolvers<void>();
  await page.route(which, async (route) => {
    await held.promise;
    // Who has left the page meanwhile needs none.
    await route.fallback().catch(() => {});
  });
  return held;
}
