/** G13: every entry, and in every place of it the names of what all objects inherit. */
import { Child } from "../support/child.ts";
import type { Figures } from "../support/figures.ts";
import { pick, seed } from "../support/seed.ts";
import { attack } from "./attack.ts";
import { names, nameTexts, valueTexts } from "./corpus.ts";
import { lanes } from "./lanes.ts";
import type { SiteCommands } from "./site.ts";

/** One message in so many goes to the session endpoint. */
const REQUESTS = 100;
/** What has changed is looked for after so many messages, and in the end. */
const STEP = 20_000;

const poisons = valueTexts.filter((text) =>
  /proto|constructor|prototype|toString|valueOf|then|toJSON/.test(text),
);
/** A name as a letter of a header can carry it. */
const plainNames = names.filter((name) => /^[\x20-\x7e]+$/.test(name));

const places: readonly ((name: string, value: string) => string)[] = [
  (name, value) => `{${name}:${value}}`,
  (name, value) => `{"type":"pong",${name}:${value}}`,
  (name) => `{"type":${name}}`,
  (_, value) => `{"type":${value}}`,
  (name) => `{"type":"subscribe","store":${name},"life":1}`,
  (name) => `{"type":"subscribe","store":"room/1","life":1,"epoch":${name},"version":0}`,
  (_, value) => `{"type":"subscribe","store":${value},"life":${value}}`,
  (_, value) => `{"type":"unsubscribe","store":${value}}`,
  (name, value) => `${WRITE}[["set",[${name}],${value}]]]}`,
  (name, value) => `${WRITE}[["set",["by",${name}],${value}]]]}`,
  (name) => `${WRITE}[["set",["by",${name}],1]]]}`,
  (name) => `${WRITE}[["set",[${name},${name},"polluted"],1]]]}`,
  (name) => `${WRITE}[["delete",["by",${name}]]]]}`,
  (name) => `${WRITE}[["increment",[${name}],1]]]}`,
  (_, value) => `${WRITE}[["set",["text"],${value}]]]}`,
  (_, value) => `${WRITE}[["splice",["items",0],0,[${value}]]]]}`,
  (name) => `${WRITE}[[${name},["text"],1]]]}`,
  (name, value) => `${WRITE}{"action":${name},"args":[${value}],"seed":1,"at":1}]}`,
  (_, value) => `${WRITE}{"action":"say","args":[${value}],"seed":1,"at":1}]}`,
  (name, value) => `${WRITE}{"action":"say","args":["x"],"seed":1,"at":1,${name}:${value}}]}`,
  (name, value) => `${WRITE}[["set",["by"],{${name}:${value}}]]]}`,
];
const WRITE = '{"type":"SYNC","store":1,"n":1,"v":0,"batches":[';

const source = (random: () => number) => ({
  next: () => pick(random, places)(pick(random, nameTexts), pick(random, poisons)),
});

export async function pollution(count: number, figures: Figures): Promise<void> {
  const site = await Child.start<SiteCommands>("hostile/site", {});
  const ports = await site.ask("ports");
  const requests = Math.ceil(count / REQUESTS);
  try {
    let sent = 0;
    for (let step = 0; sent < count - requests; step++) {
      const frames = Math.min(STEP, count - requests - sent);
      sent += (await attack({ ports, frames, seed: seed + step * 100, source })).sent;
      const wrongs = await site.ask("wrongs");
      if (wrongs.length) throw new Error(wrongs.join());
    }
    let answers = 0;
    await lanes(requests, 4, async (number) => {
      const name = plainNames[number % plainNames.length] as string;
      const origin = `http://127.0.0.1:${ports[0]}`;
      const query = `?${encodeURIComponent(name)}[polluted]=1&__proto__[polluted]=1`;
      const response = await fetch(`${origin}/_violet/session${query}`, {
        method: "POST",
        headers: {
          origin,
          "violet-client": `${name}.__proto__.constructor`,
          cookie: `${encodeURIComponent(name)}=1; __proto__=1; violet-session=${encodeURIComponent(name)}`,
          "content-type": "application/json",
        },
        body: `{"__proto__":{"polluted":1},${JSON.stringify(name)}:{}}`,
      });
      await response.arrayBuffer();
      if (response.status < 500) answers++;
    });
    const { rejections, reports } = await site.ask("figures");
    figures.equal("poisoned messages", sent + answers, count);
    figures.equal("unhandled rejections", rejections, 0);
    figures.equal("errors logged", reports.join("\n"), "");
    figures.equal("what must not change and did", (await site.ask("wrongs")).join(), "");
  } finally {
    await site.kill();
  }
}
