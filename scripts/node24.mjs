// Runs before every script of package.json (--import, so that it speaks before the script's own imports fail). The lockfile brings Node 24 (scripts/node/package.json) and npm puts it first on
// PATH; it is missing after `npm ci --omit=optional` and on systems that have no such package.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    `Violet needs Node 24.13 or later; this is ${process.version}. Run \`npm ci\` (with optional dependencies), or install Node 24.`,
  );
  process.exit(1);
}
