/** `npm start`: serves the demo on PORT (3000) of HOST (127.0.0.1), until SIGTERM or SIGINT. */
import { startSite } from "./site.ts";

const { PORT, HOST, npm_lifecycle_event: script } = process.env;
const port = Number(PORT || 3000);
const host = HOST || "127.0.0.1";
const { url, close } = await startSite({ port, host }).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== "EADDRINUSE") throw error;
  const command = script === "dev" ? "npm run dev" : "npm start";
  console.error(`${host}:${port} is in use. Take another: PORT=${port + 1} ${command}`);
  process.exit(1);
});
console.log(`The demo runs on ${url}`);

for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => void close());
