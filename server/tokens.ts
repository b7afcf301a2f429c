/**
 * What a page is given to prove itself with: its client id and a CSRF token. Both are bound to the session and
 * carry their end, so no process needs to remember them.
 */
import { hash } from "node:crypto";
import type { Clock } from "./clock.ts";
import { Recent } from "./recent.ts";
import { type Purpose, randomId, type Signer } from "./secret.ts";

const CLIENT_SECONDS = 30 * 24 * 3600;
const CSRF_SECONDS = 24 * 3600;
/** Clocks of several servers may differ by so much. */
export const LEEWAY_SECONDS = 60;

/** Of sessions that were asked for of late. An entry is some 150 bytes. */
const MAX_DIGESTS = 1000;

export class Tokens {
  readonly #signer: Signer;
  readonly #clock: Clock;
  readonly #digests = new Recent<string>(MAX_DIGESTS);

  constructor(signer: Signer, clock: Clock) {
    this.#signer = signer;
    this.#clock = clock;
  }

  /** A signed client id; a new one when none is given. */
  client(session: string, id: string = randomId()): string {
    return this.seal("client", CLIENT_SECONDS, id, session);
  }

  /** The client id inside, or undefined where the token is not valid for this session. */
  clientId(token: string, session: string): string | undefined {
    return this.open("client", token, session);
  }

  csrf(session: string): string {
    return this.seal("csrf", CSRF_SECONDS, "", session);
  }

  isCsrf(token: string, session: string): boolean {
    return this.open("csrf", token, session) !== undefined;
  }

  /** `value.end.bound.signature`: the value is readable; it is valid until its end and for the same `boundTo`. */
  seal(purpose: Purpose, seconds: number, value: string, boundTo = ""): string {
    const end = Math.floor(this.#clock.now() / 1000 + seconds).toString(36);
    const bound = this.#digestOf(boundTo);
    return `${value}.${end}.${bound}.${this.#signer.sign(purpose, value, end, bound)}`;
  }

  open(purpose: Purpose, token: string, boundTo = ""): string | undefined {
    const parts = token.split(".");
    const [value = "", end = "", bound] = parts;
    const isValid = bound === this.#digestOf(boundTo) && this.#areOurs(purpose, parts);
    if (!isValid || this.#secondsTo(end) <= -LEEWAY_SECONDS) return undefined;
    // A copy: a part of a text would keep all of it in memory, the whole Cookie header.
    return Buffer.from(value).toString();
  }

  /** Was this token made here? It may be over by now, or another session's: nobody guessed it. */
  isOurs(purpose: Purpose, token: string): boolean {
    return this.#areOurs(purpose, token.split("."));
  }

  #areOurs(purpose: Purpose, parts: readonly string[]): boolean {
    const [value = "", end = "", bound = "", signature = ""] = parts;
    return parts.length === 4 && this.#signer.verify(signature, purpose, value, end, bound);
  }

  /** Until the token's end. Says nothing about its signature. */
  secondsLeft(token: string): number {
    return this.#secondsTo(endOf(token));
  }

  #secondsTo(end: string): number {
    return Number.parseInt(end, 36) - this.#clock.now() / 1000;
  }

  /** When a token was made that is valid for so many seconds, in ms since 1970. Says nothing about its signature. */
  madeAt(token: string, seconds: number): number {
    return (Number.parseInt(endOf(token), 36) - seconds) * 1000;
  }

  /** Names a session to nobody who does not know it. */
  #digestOf(boundTo: string): string {
    const known = boundTo && this.#digests.get(boundTo);
    if (known !== undefined) return known;
    const digest = hash("sha256", boundTo, "base64url").slice(0, 22);
    this.#digests.set(boundTo, digest);
    return digest;
  }
}

/** As it stands there: seconds since 1970, in base 36. */
const endOf = (token: string): string => token.split(".", 2)[1] ?? "0";
