import { setTimeout } from "node:timers/promises";
import { array, integer, object, pattern, string } from "superstruct";
import { from } from "../../elements/from.ts";
import { VioletElement } from "../../elements/violet-element.ts";
import { memory, server } from "../../server/index.ts";
import { type Client, html, load, local, shared } from "../../src/index.ts";
import { cookiesOf, MemoryLogger, type Served, serve, withoutMarkers } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

const room = shared.family("room", {
  state: object({ topic: string(), next: string() }),
  initial: (key) => ({ topic: `about ${key}`, next: `${key}x` }),
});
const begun: string[] = [];
const small = shared.family("small", {
  key: pattern(string(), /^[a-z]+$/),
  state: object({ topic: string() }),
  initial: (key) => {
    begun.push(key);
    return { topic: `about ${key}` };
  },
});
const asked: string[] = [];
const vault = shared.family("vault", { state: integer(), initial: () => 42 });
server.access(vault, {
  async read({ user }: Client, { key, session }) {
    await Promise.resolve();
    asked.push(`${key} ${(session as { user?: { role: string } }).user?.role}`);
    return user?.name === "Ada";
  },
});
const diary = shared("diary", {
  state: object({ pages: array(string()) }),
  initial: () => ({ pages: ["Ada: mine", "Bob: his"] }),
  access: {
    view: ({ pages }, { user }) => ({ pages: pages.filter((page) => page.startsWith(`${user?.name}:`)) }),
  },
});
const letters = shared("letters", {
  state: array(string()),
  initial: () => ["Ada: mine", "Bob: his"],
  access: {
    view: ({ value }, { user }) => ({ value: value.filter((letter) => letter.startsWith(`${user?.name}:`)) }),
  },
});
const tally = shared("tally", {
  state: object({ n: integer() }),
  initial: () => ({ n: 0 }),
  actions: (action) => ({
    add: action([integer()], (state, by) => {
      state.n += by;
    }),
  }),
});
const tab = local("tab", { initial: () => ({ open: true }) });

customElements.define(
  "one-room",
  class extends VioletElement {
    override render() {
      return html`<p>${room("1").topic}</p>`;
    }
  },
);
customElements.define(
  "a-topic",
  class extends VioletElement {
    @from() accessor topic!: string;
    override render() {
      return html`<p>${this.topic}</p>`;
    }
  },
);
const chained = (depth: number) =>
  class extends VioletElement {
    override render() {
      let name = "a";
      for (let step = 1; step < depth; step++) name = room(name).next;
      return html`<p>${room(name).topic}</p>`;
    }
  };
customElements.define("chain-two", chained(2));
customElements.define("chain-three", chained(3));
customElements.define(
  "vault-door",
  class extends VioletElement {
    override render() {
      return html`<b>${vault("gold").value}</b>`;
    }
  },
);
customElements.define(
  "letter-box",
  class extends VioletElement {
    override render() {
      return html`${letters.value.map((letter) => html`<p>${letter}</p>`)}`;
    }
  },
);
customElements.define(
  "diary-pages",
  class extends VioletElement {
    override render() {
      return html`${diary.pages.map((page) => html`<p>${page}</p>`)}`;
    }
  },
);
customElements.define(
  "writing-one",
  class extends VioletElement {
    override render() {
      tab.open = false;
      return html``;
    }
  },
);
customElements.define(
  "pushing-one",
  class extends VioletElement {
    override render() {
      (diary.pages as string[]).push("x");
      return html``;
    }
  },
);

customElements.define(
  "calling-one",
  class extends VioletElement {
    override render() {
      return html`<button @click=${tally.add(1)}>Add</button>`;
    }
  },
);

const userOf = ({ headers }: { headers: { cookie?: string | undefined } }) => {
  const [, name] = /who=(\w+)/.exec(headers.cookie ?? "") ?? [];
  return name ? { name, role: "writer" } : undefined;
};

suite("passes", () => {
  let served: Served;
  let renders = 0;
  const logger = new MemoryLogger();
  before(async () => {
    const counted = (content: unknown) => () => {
      renders++;
      return content;
    };
    served = await serve(
      (site, app) => {
        for (const [name, template] of Object.entries(templates))
          site.get(`/${name}`, app.page(counted(template)));
        site.get("/both", app.page(counted(html`<one-room></one-room><vault-door></vault-door>`)));
        site.get(
          "/spared",
          app.page(counted(html`<p>spared</p><chain-three></chain-three>`), {
            stores: [room("a"), room("ax"), room("axx")],
          }),
        );
        site.get(
          "/tag",
          app.page(({ query }) => {
            const tag = html`<violet-shared store=${query.store}><p data-text="topic"></p></violet-shared>`;
            const inner = html`<violet-shared store=${query.store}><a-topic></a-topic></violet-shared>`;
            return query.by ? inner : tag;
          }),
        );
        site.get(
          "/small/:key",
          app.page(({ params }) => html`<p>${small(params.key ?? "").topic}</p>`),
        );
        site.get(
          "/own/:key",
          app.page((request) => {
            renders++;
            return html`<p>${room(request.params.key ?? "").topic}</p>`;
          }),
        );
      },
      { backend: memory({ delayMs: 1 }), logger, authenticate: userOf, publicUser: ({ name }) => ({ name }) },
    );
  });
  after(() => served.close());

  const templates: Record<string, unknown> = {
    "one-room": html`<one-room></one-room>`,
    "chain-two": html`<chain-two></chain-two>`,
    "chain-three": html`<chain-three></chain-three>`,
    "vault-door": html`<vault-door></vault-door>`,
    "diary-pages": html`<diary-pages></diary-pages>`,
    "letter-box": html`<letter-box></letter-box>`,
    "writing-one": html`<writing-one></writing-one>`,
    "calling-one": html`<calling-one></calling-one>`,
    "pushing-one": html`<pushing-one></pushing-one>`,
  };
  const get = async (path: string, who?: string) => {
    renders = 0;
    const page = await served.get(path, who ? { cookie: `who=${who}` } : {});
    return { ...page, renders };
  };

  test("load a room that is read, and render again", async () => {
    const page = await get("/one-room");
    assert.match(withoutMarkers(page.html), /<p>about 1<\/p>/);
    assert.deepEqual(Object.keys(page.payload?.stores ?? {}), ["room/1"]);
    assert.equal(page.renders, 2);
    assert.equal((await get("/one-room")).renders, 1);
  });

  test("go on for a room that only the second one reads", async () => {
    const page = await get("/chain-two");
    assert.match(withoutMarkers(page.html), /<p>about ax<\/p>/);
    assert.equal(page.renders, 3);
  });

  test("end after three: what is not loaded then is that element's error", async () => {
    const fresh = await serve((site, app) =>
      site.get(
        "/",
        app.page(() => html`<chain-three></chain-three>`),
      ),
    );
    const { status, html: text } = await fresh.get("/");
    await fresh.close();
    assert.equal(status, 500);
    assert.match(text, /&lt;chain-three&gt;: E_NOT_LOADED: &quot;room\/axx&quot; is not loaded/);
  });

  test("T66 have so many rooms for a session, and others when those are gone from memory", async () => {
    const logger = new MemoryLogger();
    const limits = { roomsPerSession: 1, idleRoomMs: 1 };
    const small = await serve(
      (site, app) =>
        site.get(
          "/:key",
          app.page(({ params }) => html`<p>${room(params.key ?? "").topic}</p>`),
        ),
      { limits, logger },
    );
    const cookie = cookiesOf((await small.get("/one")).headers);
    assert.equal((await small.get("/two", { cookie })).status, 429);
    let status = 429;
    for (let tries = 0; tries < 100 && status === 429; tries++) {
      await setTimeout(100);
      ({ status } = await small.get("/two", { cookie }));
    }
    await small.close();
    assert.equal(status, 200);
    assert.deepEqual(logger.errors, []);
  });

  test("are spared by naming the stores", async () => {
    const page = await get("/spared");
    assert.match(withoutMarkers(page.html), /<p>about axx<\/p>/);
    assert.equal(page.renders, 1);
  });

  test("serve the page's own reads, too", async () => {
    const page = await get("/own/lobby");
    assert.match(withoutMarkers(page.html), /<p>about lobby<\/p>/);
    assert.equal(page.renders, 2);
  });

  test("answer 404 for a room that cannot be", async () => {
    const page = await get("/own/no%20room");
    assert.equal(page.status, 404);
    assert.match(page.html, /E_VALIDATION: &quot;room.\(key\)&quot; is refused/);
    assert.equal(page.renders, 1);
  });

  test("answer 404 for a room that cannot be and that a tag names, and do not load it", async () => {
    assert.match((await get("/tag?store=small/fine")).html, /<p data-text="topic">about fine<\/p>/);
    assert.match(withoutMarkers((await get("/tag?by=element&store=small/fine")).html), /<p>about fine<\/p>/);
    begun.length = 0;
    for (const key of ["UPPER", "a%20b", "__proto__", "", "a/b"])
      for (const by of ["", "by=element&"]) {
        const page = await get(`/tag?${by}store=small/${key}`);
        assert.equal(page.status, 404, key);
        assert.match(page.html, /E_VALIDATION: &quot;small.\(key\)&quot; is refused/);
        assert.equal(page.payload, undefined);
      }
    assert.deepEqual(begun, []);
    assert.deepEqual(logger.errors, []);
  });

  test("answer 404 for a key that is too long", async () => {
    const long = "a".repeat(400);
    for (const path of [`/tag?store=small/${long}`, `/small/${long}`, `/own/${long}`])
      assert.equal((await get(path)).status, 404, path);
  });

  test("say that a family has no store without a key, and a plain store none with one", async () => {
    const family = await get("/tag?store=small");
    assert.equal(family.status, 500);
    assert.match(
      family.html,
      /expected a key: &quot;small&quot; is a family, its stores are &quot;small\/KEY&quot;/,
    );
    const plain = await get("/tag?store=letters/x");
    assert.equal(plain.status, 500);
    assert.match(
      plain.html,
      /E_VALIDATION: &quot;letters.\(key\)&quot; is refused; expected none: this is no family/,
    );
    assert.deepEqual(begun, []);
  });

  test("ask for rights before loading, with the session's user", async () => {
    const page = await get("/both", "Ada");
    assert.match(withoutMarkers(page.html), /<b>42<\/b>/);
    assert.equal(page.renders, 2);
    assert.deepEqual(asked.splice(0), ["gold writer"]);
  });

  test("show a forbidden store to nobody, also not once others have loaded it", async () => {
    await get("/vault-door", "Ada");
    for (const who of ["Bob", undefined]) {
      const page = await get("/vault-door", who);
      assert.equal(page.status, 403);
      assert.match(page.html, /E_FORBIDDEN: &quot;vault\/gold&quot;/);
      assert.doesNotMatch(page.html, /42/);
    }
  });

  test("show each client its own view", async () => {
    const page = await get("/diary-pages", "Ada");
    assert.match(page.html, /Ada: mine/);
    assert.doesNotMatch(page.html, /Bob/);
    assert.deepEqual<unknown>(page.payload?.stores.diary?.value, { pages: ["Ada: mine"] });
    const box = await get("/letter-box", "Ada");
    assert.doesNotMatch(box.html, /Bob/);
    assert.deepEqual<unknown>(box.payload?.stores.letters?.value, { value: ["Ada: mine"] });
  });

  test("only read: a write throws E_READ_ONLY where it is made", async () => {
    const page = await get("/writing-one");
    assert.equal(page.status, 500);
    assert.match(page.html, /E_READ_ONLY/);
    assert.equal((await get("/pushing-one", "Ada")).status, 500);
    const called = await get("/calling-one");
    assert.match(called.html, /&quot;tally&quot; is read-only here: .*\. To bind it, write on\(add, ...\)\./);
    assert.deepEqual(
      served.app.run(() => [...diary.pages]),
      ["Ada: mine", "Bob: his"],
    );
  });
});

suite("outside a render", () => {
  let served: Served;
  before(async () => {
    served = await serve(() => {});
  });
  after(() => served.close());

  test("an unloaded room throws, and load() brings it", async () => {
    const { app } = served;
    assert.throws(() => app.run(() => room("new").topic), { code: "E_NOT_LOADED" });
    await app.run(() => load(room("new")));
    assert.equal(
      app.run(() => room("new").topic),
      "about new",
    );
  });
});

suite("stores: 'deny'", () => {
  let served: Served;
  const logger = new MemoryLogger();
  before(async () => {
    served = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<one-room></one-room>`),
        ),
      { stores: "deny", logger },
    );
  });
  after(() => served.close());

  test("shows only what a rule allows", async () => {
    const page = await served.get("/");
    assert.equal(page.status, 403);
    assert.doesNotMatch(page.html, /about/);
  });

  test("notes what it refused, and calls it no error of its own", async () => {
    logger.notes.length = 0;
    await served.get("/?page=1");
    assert.deepEqual(logger.notes, ["GET / could not be rendered"]);
    assert.deepEqual(logger.errors, []);
  });
});
