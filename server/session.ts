/** Who makes a request: a signed cookie, or the app's own session where it has one. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { parseCookie, stringifySetCookie } from "cookie";
import type { Origins } from "./origin.ts";
import type { Tokens } from "./tokens.ts";

const SESSION_SECONDS = 30 * 24 * 3600;

/** What a request or a connection is bound to; rules get it as `session`. It never leaves the server. */
export interface Session {
  /** 128 bits; unguessable. */
  readonly id: string;
  /** What `authenticate` gave for the request. */
  readonly user: object | undefined;
  /** The app's own `request.session`, where it has one. */
  readonly data: unknown;
}

/** The part of an app's own session (express-session and its like) that is used. */
interface OwnSession {
  violet?: string;
}

type WithSession = IncomingMessage & { readonly session?: OwnSession };

export class Sessions {
  readonly #tokens: Tokens;
  readonly #origins: Origins;

  constructor(tokens: Tokens, origins: Origins) {
    this.#tokens = tokens;
    this.#origins = origins;
  }

  /**
   * The id of the request's session; undefined where it has none. Where the app has sessions of its own, one that
   * is new there (after a login, say) is new here too: an id from before it is not valid any more.
   */
  find(request: IncomingMessage): string | undefined {
    const id = this.#tokens.open("session", this.#cookie(request) ?? "");
    const { session } = request as WithSession;
    return session && session.violet !== id ? undefined : id;
  }

  /** Sets the cookie where the request has none of this session, or one that is half over. */
  keep(id: string, request: IncomingMessage, response: ServerResponse): void {
    if (this.find(request) === id && !this.#isHalfOver(request)) return;
    const { session } = request as WithSession;
    if (session) session.violet = id;
    response.appendHeader("Set-Cookie", this.#setCookie(request, id));
  }

  #isHalfOver(request: IncomingMessage): boolean {
    return this.#tokens.secondsLeft(this.#cookie(request) ?? "") < SESSION_SECONDS / 2;
  }

  #cookie(request: IncomingMessage): string | undefined {
    return parseCookie(request.headers.cookie ?? "")[this.#name(request)];
  }

  /** On https, `__Host-` keeps other subdomains and plain http from setting it. */
  #name(request: IncomingMessage): string {
    return this.#origins.isSecure(request) ? "__Host-violet-session" : "violet-session";
  }

  #setCookie(request: IncomingMessage, id: string): string {
    return stringifySetCookie({
      name: this.#name(request),
      value: this.#tokens.seal("session", SESSION_SECONDS, id),
      httpOnly: true,
      sameSite: "lax",
      secure: this.#origins.isSecure(request),
      path: "/",
      maxAge: SESSION_SECONDS,
    });
  }
}
