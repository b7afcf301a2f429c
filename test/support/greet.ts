/** A hello in this process, by the credentials of a page: who is welcome, and who is sent away. */
import type { Client } from "../../src/index.ts";
import { PROTOCOL } from "../../src/wire/protocol.ts";
import { cookiesOf, type Page } from "./serve.ts";

export interface Greeting {
  readonly origin: string;
  readonly cookie: string;
  /** The Origin header; default: the app's own. */
  readonly from?: string;
  readonly client?: string | undefined;
  readonly csrf?: string | undefined;
}

export type Welcome = { readonly client: string; readonly self: Client };

const sockets = new Set<WebSocket>();

/** Says hello, and gives the welcome or the code with which the socket is closed. Rejects where there is none. */
function greet({ origin, cookie, from = origin, ...claim }: Greeting): Promise<Welcome | number> {
  const url = `${origin.replace("http", "ws")}/_violet/socket`;
  const socket = new WebSocket(url, { headers: { origin: from, cookie } } as never);
  sockets.add(socket);
  return new Promise((resolve, reject) => {
    socket.onopen = () =>
      socket.send(JSON.stringify({ type: "hello", protocol: PROTOCOL, ...claim, stores: [] }));
    socket.onmessage = ({ data }) => resolve(JSON.parse(data as string) as Welcome);
    socket.onclose = ({ code }) => resolve(code);
    socket.onerror = () => reject(new Error("refused"));
  });
}

export const greetAs = ({ payload, headers }: Page, origin: string, more: Partial<Greeting> = {}) =>
  greet({ origin, cookie: cookiesOf(headers), client: payload?.client, csrf: payload?.csrf, ...more });

/** Closes all sockets that said hello here. */
export function hangUp(): void {
  for (const socket of sockets) socket.close();
  sockets.clear();
}
