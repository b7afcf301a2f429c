/** What the server's options take. Held by `npm run types`. */
import type { RequestHandler } from "express";
import { violet } from "../../server/index.ts";

declare const expressSession: RequestHandler;
violet({ session: expressSession });

// @ts-expect-error: a session middleware is a function
violet({ session: { secret: "a secret of sessions" } });
