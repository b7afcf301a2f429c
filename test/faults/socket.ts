/** Sockets of many people from one machine: each comes from an address of its own, and in a session of a few. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { WebSocket } from "ws";

/** By default a server takes 100 sockets from an address and 10 of a session; half-open ones count as well. */
const PER_ADDRESS = 50;
const PER_SESSION = 5;

/** What a page proves itself with, and whence it comes. */
export interface Pass {
  readonly address: string;
  readonly cookie: string;
  readonly csrf: string;
}

/** Loopback addresses, 127.1.0.1 and up. */
function addressOf(person: number): string {
  const number = Math.floor(person / PER_ADDRESS);
  return `127.1.${Math.floor(number / 250)}.${(number % 250) + 1}`;
}

/** Passes for the people of these numbers. */
export async function passes(origin: string, from: number, count: number): Promise<Pass[]> {
  const all: Pass[] = [];
  for (let person = from; person < from + count; person += PER_SESSION) {
    const pass = await newSession(origin, addressOf(person));
    for (let each = person; each < Math.min(person + PER_SESSION, from + count); each++) all.push(pass);
  }
  return all;
}

async function newSession(origin: string, localAddress: string): Promise<Pass> {
  const url = `${origin}/_violet/session`;
  const sent = request(url, { method: "POST", localAddress, headers: { origin }, agent: false }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = Buffer.concat(await response.toArray()).toString();
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  const [cookie = ""] = response.headers["set-cookie"] ?? [];
  const { csrf } = JSON.parse(body) as { csrf: string };
  return { address: localAddress, cookie: cookie.split(";", 1)[0] as string, csrf };
}

/** A WebSocket from there, as a browser of that session opens it. */
export function dial(url: string, { address, cookie }: Pass): WebSocket {
  const { host } = new URL(url);
  const socket = new WebSocket(url, {
    origin: `http://${host}`,
    headers: { cookie },
    localAddress: address,
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  socket.on("error", (error) => failWhereShort(error as NodeJS.ErrnoException));
  return socket;
}

const SHORTAGES = new Set(["EMFILE", "ENFILE", "EADDRNOTAVAIL", "EADDRINUSE", "ENOBUFS", "ENOMEM"]);

/** A link that fails is what the runs are about; a machine that has no more sockets is not. */
function failWhereShort(error: NodeJS.ErrnoException) {
  if (error.code && SHORTAGES.has(error.code)) {
    console.error(`this machine has no more sockets: ${error.message}`);
    process.exit(1);
  }
}
