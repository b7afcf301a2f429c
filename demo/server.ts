/**
 * `npm start`: serves the demo on PORT (3000) of HOST (127.0.0.1), until SIGTERM or SIGINT. Its states live in memory, or in
 * the file VIOLET_DB, and its rows in VIOLET_DB.rows.
 */
import { sqlite } from "violet-live/server";
import { profilesIn } from "./profile/profiles.ts";
import { startSite } from "./site.ts";

const { PORT, HOST, VIOLET_DB, npm_lifecycle_event: script } = process.env;
const port = Number(PORT || 3000);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`PORT is ${PORT}: give a whole number from 0 to 65535, 0 for any that is free`);
  process.exit(1);
}
const host = HOST || "127.0.0.1";
const backend = VIOLET_DB ? sqlite(VIOLET_DB) : undefined;
const database = profilesIn(VIOLET_DB ? `${VIOLET_DB}.rows` : ":memory:");
const { url, close } = await startSite({ port, host, database, ...(backend && { backend }) }).catch(
  (error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    const command = script === "dev" ? "npm run dev" : "npm start";
    console.error(`${host}:${port} is in use. Take another: PORT=${port + 1} ${command}`);
    process.exit(1);
  },
);
console.log(`The demo runs on ${url}`);

for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => void close());
