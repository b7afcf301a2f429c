import { isIP, isIPv6 } from "node:net";

/**
 * What limits per address count by: an IPv4 address, or the first 64 bits of an IPv6 one, of which every subscriber has
 * all that follow. A port that a proxy wrote behind it is left out.
 */
export function networkOf(text: string): string {
  // Most are these, and a pattern for any address is long.
  const [, v4] = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(text) ?? [];
  if (v4) return v4;
  const address = isIP(text) ? text : text.replace(/:\d{1,5}$/, "").replace(/^\[|\]$/g, "");
  if (!isIPv6(address)) return address;
  return `${groupsOf(address).slice(0, 4).join(":")}::/64`;
}

/** The groups of an IPv6 address, with those that `::` stands for. */
function groupsOf(address: string): string[] {
  const [head = [], tail] = address.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = tail ? new Array<string>(8 - head.length - tail.length).fill("0") : [];
  return [...head, ...zeros, ...(tail ?? [])].map((group) => Number.parseInt(group, 16).toString(16));
}
