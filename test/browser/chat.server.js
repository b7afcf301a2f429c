// Were this loaded by a browser, it would fail at once.
import { readFileSync } from "node:fs";
import { server } from "violet-live/server";

const secret = "a secret of the server";
export const search = server.rpc(async () => readFileSync(secret, "utf8"));
export const keystroke = server.realtime(() => console.log(secret));
