/** `npm start`: serves the demo on PORT (3000) of HOST (127.0.0.1), until SIGTERM or SIGINT. */
import { startSite } from "./site.ts";

const { PORT, HOST } = process.env;
const { url, close } = await startSite({ port: Number(PORT || 3000), host: HOST || "127.0.0.1" });
console.log(`The demo runs on ${url}`);

for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => void close());
