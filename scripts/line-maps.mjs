// A rollup plugin: hands on the source maps that tsc wrote next to lib/*.js, so that a browser shows the TypeScript.
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

export const lineMaps = () => ({
  name: "line-maps",
  load(id) {
    if (id.includes("/node_modules/") || !existsSync(`${id}.map`)) return null;
    const map = JSON.parse(readFileSync(`${id}.map`, "utf8"));
    const sourcesContent = map.sources.map((source) => readFileSync(resolve(dirname(id), source), "utf8"));
    return { code: readFileSync(id, "utf8"), map: { ...map, sourcesContent } };
  },
});
