/** Who makes a request: a signed cookie, or the app's own session where it has one. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { parseCookie, stringifySetCookie } from "cookie";
import { fail } from "../src/errors.ts";
import type { Origins } from "./origin.ts";
import { Recent } from "./recent.ts";
import type { Revoked } from "./revoked.ts";
import type { Signer } from "./secret.ts";
import type { Tokens } from "./tokens.ts";

export const SESSION_SECONDS = 30 * 24 * 3600;

/** Of sessions that were asked for of late. An entry is some 200 bytes. */
const MAX_PROVEN = 1000;

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

type User = Session["user"];

/** What a session's cookie says; its signature is valid. */
interface Opened {
  readonly id: string;
  /** Proves whose it is; undefined: nobody's. */
  readonly proof: string | undefined;
  readonly madeAt: number;
}

/** Between id and proof; neither contains it. */
const THEN = "~";

export class SessionCookies {
  readonly #tokens: Tokens;
  readonly #signer: Signer;
  readonly #origins: Origins;
  readonly #revoked: Revoked;
  /** What proofs that hold say: whose session it is. */
  readonly #proven = new Recent<string>(MAX_PROVEN);

  constructor(tokens: Tokens, signer: Signer, origins: Origins, revoked: Revoked) {
    this.#tokens = tokens;
    this.#signer = signer;
    this.#origins = origins;
    this.#revoked = revoked;
  }

  /**
   * The id of the request's session; undefined where it has none that holds. It holds for the user for whom it was made:
   * an id from before a login is not valid after it. Where the app has sessions of its own, one that is new there is
   * new here too.
   */
  find(request: IncomingMessage, user: User): string | undefined {
    const cookie = this.#open(request);
    if (!cookie || this.#revoked.has(cookie.id, cookie.madeAt) || !this.#isOf(user, cookie)) return undefined;
    const { session } = request as WithSession;
    return session && session.violet !== cookie.id ? undefined : cookie.id;
  }

  /**
   * Sets the cookie where the request has none of this session, or one that is half over. Gives the id of the session
   * that it ends: the one that this browser had.
   */
  keep({ id, user }: Session, request: IncomingMessage, response: ServerResponse): string | undefined {
    if (this.find(request, user) === id && !this.#isHalfOver(request)) return undefined;
    // A link on another site brings no cookie that is SameSite=Strict, as an app's login may be. Who it is, and whether the
    // session of that user is over, shows when the page asks for its credentials by itself.
    if (!user && request.headers["sec-fetch-site"] === "cross-site" && this.#open(request)?.proof)
      return undefined;
    const { session } = request as WithSession;
    if (session) session.violet = id;
    response.appendHeader("Set-Cookie", this.#setCookie(request, id, user));
    const before = this.#open(request)?.id;
    return before === id ? undefined : before;
  }

  #isHalfOver(request: IncomingMessage): boolean {
    return this.#tokens.secondsLeft(this.#cookie(request) ?? "") < SESSION_SECONDS / 2;
  }

  #open(request: IncomingMessage): Opened | undefined {
    const opened = this.#tokens.open("session", this.#cookie(request) ?? "");
    if (!opened) return undefined;
    const [id = "", proof] = opened.value.split(THEN);
    return { id, proof, madeAt: (opened.end - SESSION_SECONDS) * 1000 };
  }

  #isOf(user: User, { id, proof }: Opened): boolean {
    if (!user || proof === undefined) return !user && proof === undefined;
    const name = nameOf(user);
    const said = `${id} ${name}`;
    if (this.#proven.get(proof) === said) return true;
    const isOf = this.#signer.verify(proof, "user", id, name);
    if (isOf) this.#proven.set(proof, said);
    return isOf;
  }

  #cookie(request: IncomingMessage): string | undefined {
    return parseCookie(request.headers.cookie ?? "")[this.#name(request)];
  }

  /** On https, `__Host-` keeps other subdomains and plain http from setting it. */
  #name(request: IncomingMessage): string {
    return this.#origins.isSecure(request) ? "__Host-violet-session" : "violet-session";
  }

  #setCookie(request: IncomingMessage, id: string, user: User): string {
    const value = user ? id + THEN + this.#signer.sign("user", id, nameOf(user)) : id;
    return stringifySetCookie({
      name: this.#name(request),
      value: this.#tokens.seal("session", SESSION_SECONDS, value),
      httpOnly: true,
      sameSite: "lax",
      secure: this.#origins.isSecure(request),
      path: "/",
      maxAge: SESSION_SECONDS,
    });
  }
}

/** What tells users apart. Those without an `id` are all somebody. Throws E_OPTION for an id that may look like another's. */
function nameOf(user: object): string {
  const id = (user as { readonly id?: unknown }).id ?? "";
  if (typeof id === "string" || typeof id === "number" || typeof id === "bigint") return String(id);
  return fail("E_OPTION", {
    name: "authenticate",
    expected: "a user whose id is a text or a number",
    got: typeof id,
  });
}
