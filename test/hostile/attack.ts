/** Many frames over several sockets at once, each from a seed. */
import { randomFrom } from "../support/seed.ts";
import { type Credentials, credentials, greeting } from "./credentials.ts";
import { subscribed } from "./frames-grammar.ts";
import { frame, violations } from "./frames-wire.ts";
import { RawSocket } from "./raw-socket.ts";

export interface AttackOptions {
  /** Where much is allowed, and where the defaults are. */
  readonly ports: readonly number[];
  readonly frames: number;
  readonly seed: number;
  /** Makes the texts of the messages. */
  readonly source: (random: () => number) => Source;
}

interface Source {
  next(): string;
  /** A connection begins. */
  begin?(): void;
  /** What the server said. */
  hear?(text: string): void;
}

/** Sockets at once. */
const SOCKETS = 8;
/** Frames that are written at once; then the answer is waited for. */
const CHUNK = 40;
/** The same where the fifth bad one ends the connection. */
const DEFAULT_CHUNK = 10;
/** So many chunks in a connection; one that ends with a violation is its last. */
const CHUNKS = 24;
/** One connection in so many is under the defaults. */
const DEFAULTS = 20;
/** One chunk in so many ends with a frame that ends the connection. */
const VIOLATION = 16;

/** How many frames were sent, and how many batches were acknowledged. */
export async function attack({
  ports,
  frames,
  seed,
  source,
}: AttackOptions): Promise<{ sent: number; acks: number }> {
  const pages = await Promise.all(ports.map((port) => credentials(`http://127.0.0.1:${port}`)));
  let left = frames;
  let connections = 0;
  let acks = 0;
  const take = (most: number) => {
    const taken = Math.min(left, most);
    left -= taken;
    return taken;
  };
  const lane = async (random: () => number) => {
    const texts = source(random);
    while (left > 0) {
      const isDefault = ++connections % DEFAULTS === 0;
      const [port, page] = [ports, pages].map((each) => each[isDefault ? 1 : 0]) as [number, Credentials];
      await converse(port, page, {
        random,
        texts,
        take: () => take(isDefault ? DEFAULT_CHUNK : CHUNK),
        hear(text) {
          if (text.startsWith('{"type":"ack"')) acks++;
          texts.hear?.(text);
        },
      });
    }
  };
  await Promise.all(Array.from({ length: SOCKETS }, (_, number) => lane(randomFrom(seed + number))));
  return { sent: frames - left, acks };
}

interface Talk {
  readonly random: () => number;
  readonly texts: Source;
  take(): number;
  hear(text: string): void;
}

/** One connection: a hello, some chunks, and an end. */
async function converse(port: number, page: Credentials, { random, texts, take, hear }: Talk): Promise<void> {
  const socket = new RawSocket({ port, cookie: page.cookie });
  try {
    await socket.opened;
    texts.begin?.();
    socket.send(greeting(page, ...subscribed));
    for (const store of subscribed) await socket.text(isAbout(store));
    for (let chunk = 0; chunk < CHUNKS && !socket.isClosed; chunk++) {
      const count = take();
      if (!count) return;
      const parts = Array.from({ length: count }, () => frame(texts.next()));
      const isLast = random() < 1 / VIOLATION;
      const [, , bytes] = violations[Math.floor(random() * violations.length)] as (typeof violations)[number];
      parts.push(isLast ? bytes : PROBE);
      socket.texts.forEach(hear);
      socket.texts.length = 0;
      socket.write(Buffer.concat(parts));
      if (isLast) await socket.closed;
      else await socket.text(isPing);
    }
  } finally {
    socket.destroy();
  }
}

const PROBE = frame('{"type":"probe"}');
const isAbout = (store: string) => (text: string) => text.includes(`"store":${JSON.stringify(store)}`);
const isPing = (text: string) => text === '{"type":"ping"}';
