import { place } from "../events/misuse.ts";
import type { WrittenCall } from "../events/template.ts";

/** Warns of an event with capitals in a page's own HTML: the parser lowers them, and nobody hears it. Development only. */
export function checkCase({ event, tag }: Pick<WrittenCall, "event" | "tag">): void {
  const [type = ""] = event.split(".", 1);
  const written = type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (written === type) return;
  console.warn(
    `violet: ${place(`@${type}`, tag.toLowerCase(), undefined)} hears "${type.toLowerCase()}": ` +
      `HTML knows no capitals in the names of attributes. Write @${written}.camel.`,
  );
}
