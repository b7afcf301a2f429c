/** A page that hears what no server of ours says: nothing of it reaches the objects that all code shares. */
import type { WebSocketRoute } from "playwright-core";
import { html } from "../../src/index.ts";
import { randomFrom, seed } from "../support/seed.ts";
import { type Served, serve } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";
import { bundle } from "./hydration/bundle.ts";
import "../../elements/tags.ts";
import { votes } from "./hydration/forms.ts";
import { isLive, People, status } from "./support/people.ts";

const client = `import "./forms.ts"; import "../../../elements/tags.ts";`;

declare global {
  var ownKeys: () => string;
  var keysBefore: string;
}

/** In the page, from its beginning on: what the shared objects hold. */
function watch(): void {
  const shared = [
    Object,
    Array,
    Function,
    Map,
    Set,
    WeakMap,
    String,
    Number,
    Promise,
    JSON,
    Reflect,
    EventTarget,
    Event,
  ];
  globalThis.ownKeys = () =>
    JSON.stringify(
      shared
        .flatMap((one) => [one, "prototype" in one ? one.prototype : {}])
        .map((one) =>
          Reflect.ownKeys(one as object).map((key) => [
            String(key),
            typeof Reflect.getOwnPropertyDescriptor(one as object, key)?.value,
          ]),
        ),
    );
  globalThis.keysBefore = ownKeys();
}

const names = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "then",
  "toJSON",
  "__defineGetter__",
];
const values = names.map((name) => `{"${name}":{"polluted":1,"toString":1}}`);

/** JSON text, for an object in JavaScript could not hold some of it. */
function frames(random: () => number): string[] {
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] as string;
  const path = () =>
    JSON.stringify([...(random() < 0.5 ? ["note"] : []), pick(names), pick([...names, "polluted"])]);
  const ops = [
    () => `["set",${path()},${pick(values)}]`,
    () => `["set",["${pick(names)}"],${pick(values)}]`,
    () => `["set",["note"],${pick(values)}]`,
    () => `["delete",${path()}]`,
    () => `["increment",${path()},1]`,
    () => `["splice",${path()},0,[${pick(values)}]]`,
    () => `["move",${path()},1]`,
  ];
  const op = () => (ops[Math.floor(random() * ops.length)] as () => string)();
  const kinds = [
    () => `{"type":"SYNC","store":1,"v":${2 + Math.floor(random() * 3)},"ops":[${op()}]}`,
    () => `{"type":"SYNC","store":"${pick(names)}","v":2,"ops":[${op()},${op()}],"__proto__":{"polluted":1}}`,
    () =>
      `{"type":"state","store":"forms-votes","id":"${pick(names)}","epoch":"x","version":1,"last":0,"value":${pick(values)}}`,
    () =>
      `{"type":"state","store":"${pick(names)}","id":9,"epoch":"__proto__","version":1,"last":0,"value":${pick(values)}}`,
    () => `{"type":"ack","store":"${pick(names)}","n":1,"v":2,"ops":[${op()}]}`,
    () =>
      `{"type":"error","store":"${pick(names)}","code":"${pick(names)}","message":"x","field":"__proto__.polluted"}`,
    () => `{"type":"${pick(names)}","store":1}`,
    () => `{"type":"call","name":"${pick([...names, "alert"])}","args":[1]}`,
    () => `{"type":"welcome","protocol":1,"client":"x","self":${pick(values)},"heartbeatMs":25000}`,
  ];
  return Array.from({ length: 1000 }, () => pick(kinds.map((make) => make())));
}

suite("poisoned frames in a browser", () => {
  let served: Served;
  let people: People;
  before(async () => {
    const assets = await bundle({ client });
    served = await serve(
      (site, app) => {
        site.get("/favicon.ico", (_, response) => void response.status(204).end());
        for (const [path, text] of assets)
          site.get(path, (_, response) => void response.type("js").send(text));
        site.get(
          "/",
          app.page(() => html`<vote-form></vote-form><violet-status></violet-status>`),
        );
      },
      { client: "/assets/client.js" },
    );
    people = await People.start();
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await served.close();
  });

  test("T08 change no prototype, call nothing, and a new link goes on", async () => {
    const page = await (await people.person()).newPage();
    let opened = Promise.withResolvers<WebSocketRoute>();
    await page.routeWebSocket(/\/_violet\/socket/, (link) => {
      link.connectToServer();
      opened.resolve(link);
    });
    await page.addInitScript(watch);
    const called: string[] = [];
    page.on("dialog", (dialog) => {
      called.push(dialog.message());
      void dialog.dismiss();
    });
    await page.goto(served.url);
    await isLive(page);
    const link = await opened.promise;
    opened = Promise.withResolvers();
    for (const frame of frames(randomFrom(seed))) link.send(frame);
    // Behind all of them: when the page comes back it has read them.
    await link.close({ code: 1012 });
    await opened.promise;
    await isLive(page);
    const polluted = () =>
      (({}) as { polluted?: unknown }).polluted ?? ([] as { polluted?: unknown }).polluted;
    assert.equal(await page.evaluate(() => ownKeys() === keysBefore), true);
    assert.equal(await page.evaluate(polluted), undefined);
    served.app.run(() =>
      Object.assign(votes, { count: 77, note: { type: "call", name: "alert", args: [1] } }),
    );
    await status(page, "Votes").filter({ hasText: "77" }).waitFor();
    await status(page, "Note").filter({ hasText: '"type":"call"' }).waitFor();
    assert.deepEqual(called, []);
    await people.leave();
  });
});
