/** Who comes in: the session of a request, who may open a socket, and which client a hello speaks for. */
import { type IncomingMessage, ServerResponse } from "node:http";
import { Writable } from "node:stream";
import { fail, VioletError } from "../src/errors.ts";
import type { Client } from "../src/state/definition.ts";
import { Addresses } from "./addresses.ts";
import type { Revocation } from "./backends/backend.ts";
import { systemClock } from "./clock.ts";
import { inTime, isAwaitable } from "./deadline.ts";
import { Failures } from "./failures.ts";
import type { Claim, Identified } from "./hub/hub.ts";
import type { Peer } from "./hub/wire.ts";
import type { SessionMiddleware, Settings } from "./options.ts";
import { Origins } from "./origin.ts";
import { Revoked } from "./revoked.ts";
import { randomId, readSecrets, Signer } from "./secret.ts";
import { SESSION_SECONDS, type Session, SessionCookies } from "./session.ts";
import type { Refusal } from "./sockets/refusal.ts";
import { LEEWAY_SECONDS, Tokens } from "./tokens.ts";

/** What a page proves itself with. */
export interface Credentials {
  readonly client: string;
  readonly csrf: string;
  readonly self: Client;
}

type User = object | null | undefined;

/** Who makes a request that does something. */
interface HttpCaller {
  readonly client: Client;
  readonly session: Session;
  /** With whose its calls are counted: the session's, or, where it brings none, the address's. */
  readonly counted: string;
}

export class Door {
  readonly origins: Origins;
  readonly #settings: Settings;
  readonly #tokens: Tokens;
  readonly #cookies: SessionCookies;
  readonly #addresses: Addresses;
  readonly #failures: Failures;
  readonly #revoked = new Revoked(systemClock, (SESSION_SECONDS + LEEWAY_SECONDS) * 1000);

  constructor(settings: Settings) {
    this.#settings = settings;
    this.origins = new Origins(settings);
    this.#addresses = new Addresses(settings.limits.socketsPerAddress);
    this.#failures = new Failures(settings.limits);
    const secrets = readSecrets({ ...settings, folder: process.cwd() });
    const signer = new Signer(secrets);
    this.#tokens = new Tokens(signer, systemClock);
    this.#cookies = new SessionCookies(this.#tokens, signer, this.origins, this.#revoked);
  }

  /**
   * The request's session. Without a cookie it is a new one, which lasts when `keep` is called. What comes before the
   * app's own middleware, as upgrades do, has not passed its sessions: they are asked here. Rejects with E_FORBIDDEN where
   * that middleware answers by itself.
   */
  async session(request: IncomingMessage, response: ServerResponse): Promise<Session> {
    const known = await this.#known(request, response);
    return sessionOf(request, known.id ?? randomId(), known.user);
  }

  /** The id of the session that the request brings, and its user. */
  async #known(request: IncomingMessage, response: ServerResponse) {
    const { session, limits } = this.#settings;
    if (session && !("session" in request))
      await inTime(pass(session, request, response), { what: "The session middleware", ...limits });
    const user = (await this.#user(request)) ?? undefined;
    return { id: this.#cookies.find(request, user), user };
  }

  /** The session that the request comes with; undefined where it has none that holds. */
  async known(request: IncomingMessage): Promise<Session | undefined> {
    const user = (await this.#user(request)) ?? undefined;
    const id = this.#cookies.find(request, user);
    return id === undefined ? undefined : sessionOf(request, id, user);
  }

  #user(request: IncomingMessage): User | Promise<User> {
    const { authenticate, limits } = this.#settings;
    const answer = authenticate(request);
    return isAwaitable(answer) ? inTime(answer, { what: "authenticate", ...limits }) : answer;
  }

  /**
   * Sets the session's cookie where the browser does not have it, or not for long any more. Gives the id of another
   * session that the browser had until now: that one is over.
   */
  keep(session: Session, request: IncomingMessage, response: ServerResponse): string | undefined {
    return this.#cookies.keep(session, request, response);
  }

  /** Takes the session's cookie and tokens no more. Gives what is to be stored, so that the next run does not, either. */
  revoke(id: string): Revocation {
    return this.#revoked.add(id);
  }

  /** What was revoked in former runs. */
  restore(revocations: readonly Revocation[]): void {
    this.#revoked.restore(revocations);
  }

  /** The client of this id, as everybody may see it. */
  client(id: string, { user }: Session): Client {
    const open = user && this.#settings.publicUser(user as never);
    return open ? { id, user: open } : { id };
  }

  /** A new client of the session. */
  newClient(session: Session): Client {
    return this.client(randomId(), session);
  }

  credentials(self: Client, { id }: Session): Credentials {
    return { client: this.#tokens.client(id, self.id), csrf: this.#tokens.csrf(id), self };
  }

  /** New credentials; the client stays who it is where its token proves that. */
  renew(token: string | undefined, session: Session): Credentials {
    const known = token === undefined ? undefined : this.#tokens.clientId(token, session.id);
    return this.credentials(
      known === undefined ? this.newClient(session) : this.client(known, session),
      session,
    );
  }

  /** For so many milliseconds the address of this request is not listened to. */
  waitMs(request: IncomingMessage): number | Promise<number> {
    return this.#failures.areRecent ? this.#failures.waitMs(this.origins.address(request)) : 0;
  }

  /** An upgrade request: the peer, which is `left` at its end, or why it is refused. */
  async admit(request: IncomingMessage): Promise<Peer | Refusal> {
    if (!this.origins.allows(request)) return { status: 403 };
    const retryAfterMs = await this.waitMs(request);
    if (retryAfterMs) return { status: 429, retryAfterMs };
    const address = this.origins.address(request);
    if (!this.#addresses.enter(address)) return { status: 429 };
    const response = new ServerResponse(request);
    try {
      return { session: await this.session(request, response), address };
    } catch (error) {
      this.#addresses.leave(address);
      // The app's own answer; a redirect is nothing to a socket.
      if (response.writableEnded) return { status: response.statusCode < 400 ? 403 : response.statusCode };
      throw error;
    }
  }

  /** Who makes a call over HTTP. Throws E_ORIGIN; rejects with E_CSRF where it does not prove itself. */
  caller(request: IncomingMessage, response: ServerResponse): Promise<HttpCaller> {
    if (!this.origins.allows(request)) fail("E_ORIGIN");
    const { "violet-client": client, "violet-csrf": csrf } = request.headers as Readonly<
      Record<string, string>
    >;
    return this.#caller(request, response, { client, csrf });
  }

  /** Who sends a form, which brings the token in a field. Throws and rejects as `caller` does. */
  sender(request: IncomingMessage, response: ServerResponse, csrf: string): Promise<HttpCaller> {
    if (!this.origins.allowsForm(request)) fail("E_ORIGIN");
    return this.#caller(request, response, { client: undefined, csrf });
  }

  async #caller(request: IncomingMessage, response: ServerResponse, claim: Claim): Promise<HttpCaller> {
    const known = await this.#known(request, response);
    const session = sessionOf(request, known.id ?? randomId(), known.user);
    if (await this.waitMs(request)) fail("E_RATE");
    // Most calls need no address: to find it takes longer than to look whether anybody guesses.
    const address = () => this.origins.address(request);
    const id = this.#idOf(claim, session, address);
    return { client: this.client(id ?? fail("E_CSRF"), session), session, counted: known.id ?? address() };
  }

  left({ address }: Peer): void {
    this.#addresses.leave(address);
  }

  /** The client that a hello speaks for; undefined where its tokens are not those of the session. */
  readonly identify = (claim: Claim, peer: Peer): Identified | undefined => {
    const { session, address } = peer;
    const id = this.#idOf(claim, session, () => address);
    if (id === undefined) return undefined;
    return { client: this.client(id, session), token: this.#tokens.client(session.id, id) };
  };

  #idOf(claim: Claim, session: Session, address: () => string): string | undefined {
    // It may have been revoked since the upgrade.
    if (this.#revoked.has(session.id, systemClock.now())) return undefined;
    const id = this.#clientId(claim, session);
    if (id === undefined && !this.#areOurs(claim)) this.#failures.add(address());
    return id;
  }

  #clientId({ client, csrf }: Claim, { id }: Session): string | undefined {
    if (this.#settings.csrf && !(csrf && this.#tokens.isCsrf(csrf, id))) return undefined;
    return client === undefined ? randomId() : this.#tokens.clientId(client, id);
  }

  /**
   * Pages that slept for days bring tokens that are over, and those that were open at a login the ones of the session before
   * it: that is no attempt to guess one.
   */
  #areOurs({ client, csrf }: Claim): boolean {
    const isOurs = (purpose: "client" | "csrf", token: string | undefined) =>
      token === undefined || this.#tokens.isOurs(purpose, token);
    return isOurs("client", client) && isOurs("csrf", csrf);
  }
}

const sessionOf = (request: IncomingMessage, id: string, user: object | undefined): Session => ({
  id,
  user,
  data: (request as { session?: unknown }).session,
});

/** Resolves when the app's session middleware goes on. */
const pass = (
  middleware: SessionMiddleware,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const ended = () =>
      reject(new VioletError("E_FORBIDDEN", {}, { message: "The session middleware answered." }));
    const next = (error?: unknown) => {
      response.off("close", ended).off("finish", ended);
      if (error) reject(error as Error);
      else resolve();
    };
    // An upgrade has none: what middleware answers goes nowhere, but that it does so is seen.
    if (!response.socket) response.assignSocket(new Nowhere() as never);
    response.on("close", ended).on("finish", ended);
    // It may be asynchronous, and fail so.
    Promise.resolve(middleware(request as never, response as never, next)).catch(reject);
  });

class Nowhere extends Writable {
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}
