/**
 * What a page is given to prove itself with: its client id and a CSRF token. Both are bound to the session and
 * carry their end, so no process needs to remember them.
 */
import type { Clock } from "./clock.ts";
import { type Purpose, randomId, type Signer } from "./secret.ts";

const CLIENT_SECONDS = 30 * 24 * 3600;
const CSRF_SECONDS = 24 * 3600;
/** Clocks of several servers may differ by so much. */
export const LEEWAY_SECONDS = 60;

export class Tokens {
  readonly #signer: Signer;
  readonly #clock: Clock;

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

  /** `value.end.signature`: the value is readable; it is valid until its end and for the same `boundTo`. */
  seal(purpose: Purpose, seconds: number, value: string, boundTo = ""): string {
    const end = Math.floor(this.#clock.now() / 1000 + seconds).toString(36);
    return `${value}.${end}.${this.#signer.sign(purpose, value, end, boundTo)}`;
  }

  open(purpose: Purpose, token: string, boundTo = ""): string | undefined {
    if (!this.isOurs(purpose, token, boundTo) || this.secondsLeft(token) <= -LEEWAY_SECONDS) return undefined;
    // A copy: a part of a text would keep all of it in memory, the whole Cookie header.
    return Buffer.from(token.slice(0, token.indexOf("."))).toString();
  }

  /** Was this token made here? It may be over by now. */
  isOurs(purpose: Purpose, token: string, boundTo = ""): boolean {
    const [value, end, signature, ...rest] = token.split(".");
    if (value === undefined || end === undefined || signature === undefined || rest.length > 0) return false;
    return this.#signer.verify(signature, purpose, value, end, boundTo);
  }

  /** Until the token's end. Says nothing about its signature. */
  secondsLeft(token: string): number {
    return endOf(token) - this.#clock.now() / 1000;
  }

  /** When a token was made that is valid for so many seconds, in ms since 1970. Says nothing about its signature. */
  madeAt(token: string, seconds: number): number {
    return (endOf(token) - seconds) * 1000;
  }
}

/** In seconds since 1970. */
const endOf = (token: string): number => Number.parseInt(token.split(".")[1] ?? "0", 36);
