import { definitions } from "../src/state/definition.ts";
import { isOpen } from "./access.ts";
import type { Settings } from "./options.ts";

/** Says once which stores everybody may read, so that nobody opens one without knowing. */
export function listOpenStores({ stores, logger }: Settings): void {
  const open = [...definitions.values()].filter(
    (definition) => definition.scope === "shared" && isOpen(definition),
  );
  if (stores === "deny" || open.length === 0) return;
  logger.info({ stores: open.map(({ name }) => name) }, "these stores have no rule: everybody may read them");
}
