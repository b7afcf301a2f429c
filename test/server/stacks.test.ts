/** What a page is told of the server's own code when that fails: in production nothing, in development where. */
import { integer, object, optional, string } from "superstruct";
import { live, server, type VioletApp } from "../../server/index.ts";
import { html, shared } from "../../src/index.ts";
import type { Transport } from "../../src/socket/transports/websocket.ts";
import type { Mounted } from "../../src/state/live.ts";
import { LiveReplica } from "../../src/state/live-replica.ts";
import { NodeClient, socketWith } from "../support/node-client.ts";
import { cookiesOf, getPage, type MemoryLogger, type Served, serve } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

const SECRET = "the password is hunter2";
const boom = () => {
  throw new Error(SECRET);
};

const board = shared("stacks-board", {
  state: object({ n: integer() }),
  initial: () => ({ n: 0 }),
  actions: (action) => ({ fail: action([], boom) }),
});
const closed = shared("stacks-closed", { state: object({ n: integer() }), initial: () => ({ n: 0 }) });
server.access(closed, { read: boom });

const card = live({
  state: object({ n: integer() }),
  initial: ({ params }) => (params.broken ? boom() : { n: 0 }),
  params: object({ broken: optional(string()) }),
  callbacks: (callback) => ({
    fail: callback([string()], boom),
    late: async () => {
      await Promise.resolve();
      boom();
    },
  }),
  onMount: boom,
  onError: async () => boom(),
});
const functions = { broken: server.rpc([string()], boom), told: server.realtime([string()], boom) };

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise(setImmediate);
};

for (const production of [true, false])
  suite(`the server's stacks in ${production ? "production" : "development"}`, () => {
    const environment = process.env.NODE_ENV;
    let served: Served;
    let page: NodeClient;
    let cookie: string;
    /** All that the page was sent over its socket. */
    const sent: string[] = [];
    const logger = () => (served.app as VioletApp & { settings: { logger: MemoryLogger } }).settings.logger;

    before(async () => {
      process.env.NODE_ENV = production ? "production" : "development";
      served = await serve(
        (site, app) =>
          site.get(
            "/",
            app.page(() => html`<violet-status></violet-status>`),
          ),
        {
          modules: { card: { card }, functions },
          hosts: ["127.0.0.1"],
        },
      );
      process.env.NODE_ENV = environment;
      if (environment === undefined) delete process.env.NODE_ENV;
      const given = await getPage(`${served.url}/`);
      cookie = cookiesOf(given.headers);
      page = NodeClient.of(served.url, given, cookie, spying);
    });
    after(async () => {
      page.close();
      await served.close();
    });

    const spying: Transport = (url, events) =>
      socketWith(served.url, cookie)(url, {
        ...events,
        received(text) {
          sent.push(text);
          events.received(text);
        },
      });

    /** What came since, of which one frame is the refusal. */
    async function refusal(): Promise<{ stack?: string }> {
      await until(() => sent.some((text) => text.includes("E_INTERNAL")));
      const texts = sent.splice(0);
      if (production) for (const text of texts) assert.doesNotMatch(text, /hunter2|"stack":|\.ts:\d/);
      return JSON.parse(texts.find((text) => text.includes("E_INTERNAL")) as string);
    }
    const check = ({ stack }: { stack?: string }) =>
      production
        ? assert.equal(stack, undefined)
        : assert.match(stack ?? "", /hunter2[\s\S]*stacks\.test\.ts:\d+/);

    test(`T39 ${production ? "leave it by no door" : "come with what is the app's own fault"}`, async () => {
      const mounted = new LiveReplica(
        { host: {} as HTMLElement, component: "card", key: "a", params: {}, changed() {} },
        page.runtime,
      ) as LiveReplica & Mounted;
      mounted.send("fail", ["an argument"]);
      check(await refusal());
      mounted.send("late", []);
      check(await refusal());
      new LiveReplica(
        { host: {} as HTMLElement, component: "card", key: "b", params: { broken: "yes" }, changed() {} },
        page.runtime,
      );
      check(await refusal());
      page.core(board).call("fail", []);
      check(await refusal());
      page.core(closed);
      check(await refusal());
      const answer = await fetch(`${served.url}/_violet/rpc/functions.broken`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          origin: served.url,
          cookie,
          ...page.runtime.credentials(),
        },
        body: JSON.stringify({ args: ["an argument"] }),
      });
      const text = await answer.text();
      if (production) assert.doesNotMatch(text, /hunter2|"stack":|\.ts:\d/);
      check(JSON.parse(text));
    });

    test("stand in the log, with the component, the callback and the client, and without arguments and tokens", async () => {
      const { id } = page.runtime.client;
      page.runtime.tell({ type: "call", name: "functions.told", args: ["an argument"] });
      await until(() => logger().errors.some(({ message }) => message.includes("functions.told")));
      const facts = logger().errors.map(({ err, message: _message, ...facts }) => {
        assert.equal(err.message, SECRET);
        return facts;
      });
      const own = { component: "card", client: id };
      const wanted = [
        { ...own, key: "a", hook: "onMount" },
        { ...own, key: "a", callback: "fail" },
        { ...own, key: "a", hook: "onError" },
        { ...own, key: "a", callback: "late" },
        { store: "@card/b", client: id },
        { store: "stacks-board", action: "fail", client: id },
        { store: "stacks-closed", client: id },
        { function: "functions.broken", client: id },
        { function: "functions.told", client: id },
      ];
      const texts = facts.map((each) => JSON.stringify(each, Object.keys(each).sort()));
      for (const each of wanted) {
        const text = JSON.stringify(each, Object.keys(each).sort());
        assert.ok(texts.includes(text), `${text} in\n${texts.join("\n")}`);
      }
      const all = texts.join();
      for (const secret of ["an argument", ...Object.values(page.runtime.credentials()), cookie])
        assert.ok(!all.includes(secret), secret);
    });
  });
