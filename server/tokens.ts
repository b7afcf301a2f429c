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

/** A page's three tokens are shown with each of its calls. An entry is some 350 bytes. */
const MAX_KNOWN = 3000;

/** What a token says. */
interface Opened {
  readonly purpose: Purpose;
  readonly value: string;
  /** Seconds since 1970. */
  readonly end: number;
  /** Of what it is bound to. */
  readonly digest: string;
}

export class Tokens {
  readonly #signer: Signer;
  readonly #clock: Clock;
  readonly #digests = new Recent<string>(MAX_DIGESTS);
  /** Those that were found to be signed: that stays so. All others are looked at each time. */
  readonly #known = new Recent<Opened>(MAX_KNOWN);

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
    return this.open("client", token, session)?.value;
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

  /** What a token says that holds. */
  open(purpose: Purpose, token: string, boundTo = ""): Opened | undefined {
    const opened = this.#signed(purpose, token);
    if (opened?.digest !== this.#digestOf(boundTo)) return undefined;
    return opened.end - this.#clock.now() / 1000 > -LEEWAY_SECONDS ? opened : undefined;
  }

  /** Was this token made here? It may be over by now, or another session's: nobody guessed it. */
  isOurs(purpose: Purpose, token: string): boolean {
    return this.#signed(purpose, token) !== undefined;
  }

  #signed(purpose: Purpose, token: string): Opened | undefined {
    const known = this.#known.get(token);
    if (known) return known.purpose === purpose ? known : undefined;
    const parts = token.split(".");
    const [value = "", end = "", bound = "", signature = ""] = parts;
    if (parts.length !== 4 || !this.#signer.verify(signature, purpose, value, end, bound)) return undefined;
    // Copies: a part of a text would keep all of it in memory, the whole Cookie header.
    const opened = { purpose, value: copyOf(value), end: Number.parseInt(end, 36), digest: copyOf(bound) };
    this.#known.set(token, opened);
    return opened;
  }

  /** Until the token's end. Says nothing about its signature. */
  secondsLeft(token: string): number {
    return Number.parseInt(token.split(".", 2)[1] ?? "0", 36) - this.#clock.now() / 1000;
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

const copyOf = (text: string): string => Buffer.from(text).toString();
