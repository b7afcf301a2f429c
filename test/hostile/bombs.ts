/** G11: little that would become much: compressed zeros, deep and wide JSON, messages in very many parts. */
import { deflateRawSync } from "node:zlib";
import { Child } from "../support/child.ts";
import type { Figures } from "../support/figures.ts";
import { largeValueTexts } from "./corpus.ts";
import { credentials, greeting } from "./credentials.ts";
import { fragments, frame } from "./frames-wire.ts";
import { lanes } from "./lanes.ts";
import { type RawOptions, RawSocket } from "./raw-socket.ts";
import type { SiteCommands } from "./site.ts";

const MIB = 1024 * 1024;
const AT_ONCE = 8;
/** How often the memory is looked at. */
const LOOK_MS = 20;

/** 1:1000, as large as a message may be. */
const compressed = deflateRawSync(Buffer.alloc(60 * MIB)).subarray(0, 60_000);

const floods = [
  fragments(Array.from({ length: 20_000 }, () => "x")),
  fragments(Array.from({ length: 20_000 }, () => "")),
  fragments(Array.from({ length: 20_000 }, (_, index) => (index % 2 ? "x" : ""))),
];

export async function bombs(count: number, figures: Figures): Promise<void> {
  const site = await Child.start<SiteCommands>("hostile/site", {});
  const [port = 0] = await site.ask("ports");
  const page = await credentials(`http://127.0.0.1:${port}`);
  const open = async (options: Partial<RawOptions> = {}) => {
    const socket = new RawSocket({ port, cookie: page.cookie, ...options });
    await socket.opened;
    return socket;
  };
  /** How many connections ended with this code. */
  const ended = async (code: number, bytes: (number: number) => Buffer, headers: readonly string[] = []) => {
    let times = 0;
    await lanes(count, AT_ONCE, async (number) => {
      const socket = await open({ headers });
      socket.write(bytes(number));
      if ((await socket.closed) === code) times++;
      socket.destroy();
    });
    return times;
  };
  const kinds: Record<string, () => Promise<number>> = {
    "deflate bombs, closed with 1002": () =>
      ended(1002, () => frame(compressed, { rsv: 4 }), ["Sec-WebSocket-Extensions: permessage-deflate"]),
    "floods of parts, closed with 1008": () =>
      ended(1008, (number) => floods[number % floods.length] as Buffer),
    "deep and wide messages, answered": async () => {
      let answers = 0;
      await lanes(count / 10, AT_ONCE, async () => {
        const socket = await open();
        socket.send(greeting(page, "wall"));
        await socket.text((text) => text.startsWith('{"type":"welcome"'));
        for (let n = 0; n < 10; n++) socket.send(large(n));
        socket.send('{"type":"probe"}');
        await socket.text((text) => text === '{"type":"ping"}');
        answers += socket.texts.filter((text) => text.startsWith('{"type":"error"')).length;
        socket.destroy();
      });
      return answers;
    },
  };
  try {
    for (const play of Object.values(kinds)) await play();
    const heapBefore = await site.ask("heapBytes");
    const rssBefore = site.rssBytes;
    let rssMost = rssBefore;
    const watch = setInterval(() => (rssMost = Math.max(rssMost, site.rssBytes)), LOOK_MS);
    await site.ask("resetDelay");
    for (const [name, play] of Object.entries(kinds)) figures.equal(name, await play(), count);
    clearInterval(watch);
    const { rejections, reports, delayP99Ms } = await site.ask("figures");
    figures.equal("unhandled rejections", rejections, 0);
    figures.equal("errors logged", reports.join("\n"), "");
    figures.equal("what must not change and did", (await site.ask("wrongs")).join(), "");
    figures.note("event loop's delay, p99", delayP99Ms, "ms");
    figures.atMost("RSS, most growth", (rssMost - rssBefore) / MIB, 32, "MiB");
    figures.atMost("heap's growth", ((await site.ask("heapBytes")) - heapBefore) / MIB, 10, "MiB");
  } finally {
    await site.kill();
  }
}

/** Each of them is refused. */
const large = (number: number) => {
  const refused = largeValueTexts.slice(1, 6);
  const value = refused[number % refused.length] as string;
  return `{"type":"SYNC","store":1,"n":1,"v":0,"batches":[[["set",["text"],${value}]]]}`;
};
