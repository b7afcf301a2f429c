/** Another process that has a file open, until it is told to end. */
import { once } from "node:events";
import { sqlite } from "../../../server/backends/sqlite.ts";

const [file = "", how] = process.argv.slice(2);
const backend = sqlite(file);
await backend.check();
process.send?.("open");
await once(process, "message");
if (how === "close") await backend.close();
