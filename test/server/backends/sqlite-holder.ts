/** Another process that has a file open, until it is killed. */
import { sqlite } from "../../../server/backends/sqlite.ts";

await sqlite(process.argv[2] as string).check();
process.send?.("open");
process.on("disconnect", () => process.exit());
