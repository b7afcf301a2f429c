/** Who comes in: the session of a request, who may open a socket, and which client a hello speaks for. */
import { type IncomingMessage, ServerResponse } from "node:http";
import type { Client } from "../src/state/definition.ts";
import { systemClock } from "./clock.ts";
import { inTime } from "./deadline.ts";
import type { Claim, Identified } from "./hub/hub.ts";
import type { Peer } from "./hub/wire.ts";
import type { SessionMiddleware, Settings } from "./options.ts";
import { Origins } from "./origin.ts";
import { randomId, readSecrets, Signer } from "./secret.ts";
import { type Session, Sessions } from "./session.ts";
import { Tokens } from "./tokens.ts";

/** What a page proves itself with. */
export interface Credentials {
  readonly client: string;
  readonly csrf: string;
  readonly self: Client;
}

export class Door {
  readonly origins: Origins;
  readonly #settings: Settings;
  readonly #tokens: Tokens;
  readonly #sessions: Sessions;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.origins = new Origins(settings);
    const secrets = readSecrets({ ...settings, folder: process.cwd() });
    this.#tokens = new Tokens(new Signer(secrets), systemClock);
    this.#sessions = new Sessions(this.#tokens, this.origins);
  }

  /** The request's session. Without a cookie it is a new one, which lasts when `keep` is called. */
  async session(request: IncomingMessage): Promise<Session> {
    const { authenticate, limits } = this.#settings;
    const answer = Promise.resolve(authenticate(request));
    const user = await inTime(answer, { what: "authenticate", ...limits });
    const { session: data } = request as { session?: unknown };
    return { id: this.#sessions.find(request) ?? randomId(), user: user ?? undefined, data };
  }

  /** Sets the session's cookie where the browser does not have it, or not for long any more. */
  keep({ id }: Session, request: IncomingMessage, response: ServerResponse): void {
    this.#sessions.keep(id, request, response);
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

  /** An upgrade request: the peer, or the status that refuses it. */
  async admit(request: IncomingMessage): Promise<Peer | number> {
    if (!this.origins.allows(request)) return 403;
    await this.#runSession(request);
    return { session: await this.session(request), address: this.origins.address(request) };
  }

  /** Upgrades do not pass the app's middleware: its sessions are asked here. */
  async #runSession(request: IncomingMessage): Promise<void> {
    const { session, limits } = this.#settings;
    if (session) await inTime(run(session, request), { what: "The session middleware", ...limits });
  }

  /** The client that a hello speaks for; undefined where its tokens are not those of the session. */
  readonly identify = ({ client, csrf }: Claim, peerSession: unknown): Identified | undefined => {
    const session = peerSession as Session;
    if (this.#settings.csrf && !(csrf && this.#tokens.isCsrf(csrf, session.id))) return undefined;
    const id = client === undefined ? randomId() : this.#tokens.clientId(client, session.id);
    if (id === undefined) return undefined;
    return { client: this.client(id, session), token: this.#tokens.client(session.id, id) };
  };
}

const run = (middleware: SessionMiddleware, request: IncomingMessage): Promise<void> =>
  new Promise((resolve, reject) => {
    const response = new ServerResponse(request);
    middleware(request as never, response as never, (error) => (error ? reject(error as Error) : resolve()));
  });
