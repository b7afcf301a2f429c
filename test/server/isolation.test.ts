import { array, object, string } from "superstruct";
import { VioletElement } from "../../elements/violet-element.ts";
import { memory } from "../../server/index.ts";
import { html, local, shared } from "../../src/index.ts";
import { randomFrom, seed } from "../support/seed.ts";
import { type Served, serve } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

const PEOPLE = 20;
const REQUESTS = 200;

const letters = shared("letters", {
  state: object({ all: array(object({ to: string(), text: string() })) }),
  initial: () => ({
    all: Array.from({ length: PEOPLE }, (_, n) => ({ to: `p${n}`, text: `<letter ${canary(n)}>` })),
  }),
  access: { view: ({ all }, { user }) => ({ all: all.filter(({ to }) => to === user?.name) }) },
});
const box = shared.family("box", {
  state: object({ text: string() }),
  initial: (key) => ({ text: `box ${canary(Number(key.slice(1).split("-")[0]))}` }),
  access: {
    read: ({ user }, { key }) => Promise.resolve(key?.startsWith(`${user?.name}-`) === true),
  },
});
const draft = local("draft", {
  initial: (request) => ({ text: `draft ${request?.cookies.canary}` }),
  reflect: ["text"],
});

const canary = (n: number) => `canary${n}canary`;

customElements.define(
  "my-post",
  class extends VioletElement {
    static override properties = { name: {}, turn: {} };
    declare name: string;
    declare turn: string;
    override render() {
      return html`${letters.all.map(({ text }) => html`<p>${text}</p>`)}
      <b>${box(`${this.name}-${this.turn}`).text}</b><i>${draft.text}</i>`;
    }
  },
);

const nameOf = (request: { headers: { cookie?: string | undefined } }) =>
  /who=(\w+)/.exec(request.headers.cookie ?? "")?.[1];

suite("200 interleaved requests of 20 people", () => {
  let served: Served;
  const random = randomFrom(seed);
  const pause = () => new Promise((done) => setTimeout(done, random() * 20));
  before(async () => {
    served = await serve(
      (site, app) => {
        site.get(
          "/:turn",
          app.page(
            async (request) => {
              const name = nameOf(request) ?? "nobody";
              const before = draft.text;
              await pause();
              // The scope is still this request's, however many others ran in between.
              assert.equal(draft.text, before);
              return html`<my-post .name=${name} turn=${request.params.turn}></my-post><p>${draft.text}</p>`;
            },
            { title: () => draft.text },
          ),
        );
      },
      {
        backend: memory({ delayMs: 2 }),
        authenticate: async (request) => {
          const name = nameOf(request);
          await pause();
          return name === undefined ? undefined : { name, password: `password of ${name}` };
        },
        publicUser: ({ name }) => ({ name }),
      },
    );
  });
  after(() => served.close());

  test("T44 put nobody's state into another's page", async () => {
    const ids = new Set<string>();
    const visit = async (index: number) => {
      await pause();
      const n = index % PEOPLE;
      // Every third time somebody new in the room, so that passes interleave as well.
      const {
        status,
        html: page,
        payload,
      } = await served.get(`/${Math.floor(index / 60)}`, {
        cookie: `who=p${n}; canary=${canary(n)}`,
      });
      assert.equal(status, 200);
      const found = new Set(page.match(/canary\d+canary/g));
      assert.deepEqual([...found], [canary(n)], `seed ${seed}, request ${index}`);
      assert.doesNotMatch(page, /password/);
      assert.equal(payload?.self.user && (payload.self.user as { name: string }).name, `p${n}`);
      ids.add(payload?.client ?? "");
      ids.add(payload?.csrf ?? "");
    };
    await Promise.all(Array.from({ length: REQUESTS }, (_, index) => visit(index)));
    assert.equal(ids.size, REQUESTS * 2, "each page has credentials of its own");
  });

  test("T44 have answers that no cache keeps", async () => {
    const { headers } = await served.get("/0", { cookie: "who=p0" });
    assert.equal(headers.get("cache-control"), "private, no-store");
  });
});
