/** Where a request says it comes from: its scheme, host and address, and the origins that may talk to the app. */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { networkOf } from "./network.ts";

export interface OriginOptions {
  /** Origins besides the app's own: `https://app.example.org`, exactly as browsers send them. */
  readonly origins: readonly string[] | "any";
  /** Host names to answer to; undefined: in production all, else loopback names on a loopback socket. */
  readonly hosts: readonly string[] | undefined;
  /** How many reverse proxies stand before the server; what they forward is believed. */
  readonly trustedProxies: number;
  readonly production: boolean;
}

export class Origins {
  readonly #options: OriginOptions;

  constructor(options: OriginOptions) {
    this.#options = options;
  }

  /** May this request, made by a script, talk to the app? Without an Origin header: no, unless any may. */
  allows(request: IncomingMessage): boolean {
    const { origin } = request.headers;
    if (!this.allowsHost(request)) return false;
    if (this.#options.origins === "any") return true;
    return origin !== undefined && (this.#isOwn(request, origin) || this.isListed(origin));
  }

  /**
   * May this form that a browser sent reach the app? Under `Referrer-Policy: no-referrer` browsers name no origin, but say
   * that it is the same.
   */
  allowsForm(request: IncomingMessage): boolean {
    const { origin, "sec-fetch-site": site } = request.headers;
    return this.allows(request) || (origin === "null" && site === "same-origin" && this.allowsHost(request));
  }

  /** By name: where any origin may talk to the app, none is trusted with what only its own pages are told. */
  isListed(origin: string): boolean {
    return this.#list.includes(origin);
  }

  get #list(): readonly string[] {
    const { origins } = this.#options;
    return origins === "any" ? [] : origins;
  }

  #isOwn(request: IncomingMessage, origin: string): boolean {
    const host = this.host(request);
    // A proxy may end TLS before us: a page of https may talk to what we see as http, never the other way round.
    return (
      host !== "" &&
      (origin === `https://${host}` || (!this.isSecure(request) && origin === `http://${host}`))
    );
  }

  /**
   * Is the Host header one of ours? A page of another name that resolves to this machine (DNS rebinding) is not.
   */
  allowsHost(request: IncomingMessage): boolean {
    const { hosts, production } = this.#options;
    if (!hosts && (production || !isLoopback(request.socket.localAddress))) return true;
    const host = this.host(request);
    const name = host.replace(/:\d{0,5}$/, "");
    if (hosts) return hosts.includes(name) || hosts.includes(host);
    return isLocalName(name) || this.#list.some((origin) => origin.endsWith(`://${host}`));
  }

  isSecure(request: IncomingMessage): boolean {
    const forwarded = this.#forwarded(request, "x-forwarded-proto");
    return forwarded ? forwarded === "https" : (request.socket as TLSSocket).encrypted === true;
  }

  host(request: IncomingMessage): string {
    return (this.#forwarded(request, "x-forwarded-host") ?? request.headers.host ?? "").toLowerCase();
  }

  /** Where the peer is: what limits per address count by. */
  address(request: IncomingMessage): string {
    return networkOf(this.#forwarded(request, "x-forwarded-for") ?? request.socket.remoteAddress ?? "");
  }

  /** What the outermost trusted proxy wrote: each appends its own value, so count from the end. */
  #forwarded(request: IncomingMessage, header: string): string | undefined {
    const { trustedProxies } = this.#options;
    const given = trustedProxies > 0 ? request.headers[header] : undefined;
    if (given === undefined) return undefined;
    const values = [given]
      .flat()
      .join(",")
      .split(",")
      .map((value) => value.trim());
    // Scheme and host are often set rather than appended: then the one value is the outermost proxy's.
    return values.at(-trustedProxies) ?? values[0];
  }
}

const isLoopback = (address: string | undefined): boolean =>
  address === "::1" || /^(::ffff:)?127\./.test(address ?? "");

const isLocalName = (name: string): boolean =>
  name === "localhost" || name.endsWith(".localhost") || isIP(name.replace(/^\[|\]$/g, "")) !== 0;
