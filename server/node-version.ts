/** Imported first, by the plugin too: on an older Node something else would be missing later, and nobody would know why. */
const NEEDED = [24, 13] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1]))
  throw new Error(`violet-live needs Node ${NEEDED.join(".")} or later; this is ${process.version}.`);

export {};
