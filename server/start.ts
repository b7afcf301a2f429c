/** What is said once, when an app starts, so that nobody opens it without knowing. */
import { definitions } from "../src/state/definition.ts";
import { isOpen } from "./access.ts";
import type { Durability } from "./backends/backend.ts";
import type { Settings } from "./options.ts";

const survives: Readonly<Record<Durability, string>> = {
  volatile: "ends with this process",
  process: "survives this process, not a loss of power",
  power: "survives a loss of power",
};

/** Says where states live, and what an acknowledgement is worth. */
export function tellDurability({ backend: { name, durability }, logger }: Settings): void {
  if (durability === "volatile" && name !== "memory")
    logger.warn(
      { durability },
      `state: ${name}, which may lose all of it: it takes writes that it does not keep`,
    );
  else logger.info({ durability }, `state: ${name}, ${survives[durability]}`);
}

/** Says which of the two checks is off that keep other websites out. */
export function warnOfOpenDoor({ csrf, origins, logger }: Settings): void {
  if (!csrf) logger.warn({ csrf }, "CSRF tokens are off: the Origin check alone keeps other websites out");
  if (origins === "any")
    logger.warn({ origins }, "the Origin check is off: CSRF tokens alone keep other websites out");
}

/** Says which stores everybody may read. */
export function listOpenStores({ stores, logger }: Settings): void {
  const open = [...definitions.values()].filter(
    (definition) => definition.scope === "shared" && isOpen(definition),
  );
  if (stores === "deny" || open.length === 0) return;
  logger.info({ stores: open.map(({ name }) => name) }, "these stores have no rule: everybody may read them");
}
