import { setImmediate as turn } from "node:timers/promises";
import { Router } from "express";
import { html as litHtml } from "lit";
import { until } from "lit/directives/until.js";
import { object, string } from "superstruct";
import { from } from "../../elements/from.ts";
import { VioletElement } from "../../elements/violet-element.ts";
import { templateOf } from "../../server/render/renderer.ts";
import { html, shared } from "../../src/index.ts";
import { MemoryLogger, type Served, serve, withoutMarkers } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

const store = shared("errors-store", {
  state: object({ text: string() }),
  initial: () => ({ text: "here" }),
});

const room = shared.family("errors-room", {
  state: object({ text: string() }),
  initial: (text) => ({ text }),
  access: { read: (_, { key }) => key !== "closed" },
});

const define = (
  name: string,
  render: (element: VioletElement) => unknown,
  more: Partial<typeof VioletElement> = {},
) =>
  customElements.define(
    name,
    Object.assign(
      class extends VioletElement {
        override render() {
          return render(this);
        }
      },
      more,
    ),
  );

define("fine-one", () => html`<p>fine ${store.text}</p><slot></slot>`);
define("bad-render", () => {
  throw new RangeError("<secret> of the database");
});
define("bad-inside", () => html`<section><bad-render></bad-render></section><fine-one></fine-one>`);
define("bad-midway", () => html`<fine-one></fine-one><slot></slot>${html`<p>${undefinedFunction()}</p>`}`);
/** Something of the app's own that has no text. */
const wordless = new (class {
  toString(): string {
    throw new Error("no text");
  }
})();
define("bad-value", () => html`<p>${wordless}</p>`);
customElements.define(
  "bad-constructor",
  class extends VioletElement {
    constructor() {
      super();
      throw new Error("no constructor");
    }
  },
);
customElements.define(
  "bad-update",
  class extends VioletElement {
    override willUpdate() {
      throw new Error("no update");
    }
  },
);
customElements.define(
  "bad-property",
  class extends VioletElement {
    set wanted(_: string) {
      throw new Error("no property");
    }
  },
);
define("self-one", () => html`<p><self-one></self-one></p>`);
// Each renders the other, twice: as holes of their own they would be more than can ever be counted.
define("self-ping", () => html`<self-pong></self-pong><self-pong></self-pong>`);
define("self-pong", () => html`<self-ping></self-ping><self-ping></self-ping>`);
// So much around it that the stack ends first.
const around = (level: number, inside: unknown): unknown =>
  level === 0 ? inside : html`<div>${around(level - 1, inside)}</div>`;
define("self-heavy", () => around(60, html`<self-heavy></self-heavy><self-heavy></self-heavy>`));
define("deep-one", (element) => {
  const level = Number(element.getAttribute("level"));
  return level > 1 ? html`<div><deep-one level=${level - 1}></deep-one></div>` : html`<p>the bottom</p>`;
});
define("bad-handler", () => html`<button @click=${function submit() {}}></button>`);

let news = Promise.withResolvers<string>();
const lateTemplates: Readonly<Record<string, () => unknown>> = {
  "late-until": () => html`<p title=${until(news.promise, "a title")}>${until(news.promise, "loading")}</p>`,
  "late-child": () => html`<p>${[news.promise]}</p>`,
  "late-render": () => news.promise,
  "late-lit": () => litHtml`<p>${litHtml`${[until(news.promise, "loading")]}`}</p>`,
};
for (const [name, render] of Object.entries(lateTemplates)) define(name, render);
customElements.define(
  "late-plain",
  class extends VioletElement {
    // oxlint-disable-next-line typescript/no-misused-promises
    override willUpdate() {
      return news.promise.then(() => {});
    }
    override render() {
      return html`<p>as it is</p>`;
    }
  },
);
customElements.define(
  "late-update",
  class extends VioletElement {
    // As people write it.
    // oxlint-disable-next-line typescript/no-misused-promises
    override async willUpdate() {
      await news.promise;
    }
    override render() {
      return html`<p>as it is</p>`;
    }
  },
);

define(
  "bad-provider",
  () => html`<violet-shared store="errors-store"><fine-one>${wordless}</fine-one></violet-shared>`,
);
class ProvidedOne extends VioletElement {
  @from() accessor text = "nobody";
  override render() {
    return html`<u>${this.text}</u>`;
  }
}
customElements.define("provided-one", ProvidedOne);

function undefinedFunction(): string {
  throw new Error("midway");
}

const templates = {
  "bad-render": html`<bad-render></bad-render>`,
  "bad-inside": html`<bad-inside></bad-inside>`,
  "bad-midway": html`<bad-midway><i>slotted</i></bad-midway>`,
  "bad-value": html`<bad-value></bad-value>`,
  "bad-constructor": html`<bad-constructor></bad-constructor>`,
  "bad-update": html`<bad-update></bad-update>`,
  "bad-property": html`<bad-property .wanted=${"x"}></bad-property>`,
  "bad-handler": html`<bad-handler></bad-handler>`,
};

suite("a component that throws", () => {
  let served: Served;
  const logger = new MemoryLogger();
  before(async () => {
    served = await serve(
      (site, app) => {
        for (const [name, template] of Object.entries(templates)) {
          site.get(
            `/${name}`,
            app.page(() => template),
          );
          const among = html`<fine-one>before</fine-one>${template}<fine-one>after</fine-one>`;
          site.get(
            `/mark/${name}`,
            app.page(() => among, { onRenderError: "mark" }),
          );
        }
        const router = Router();
        site.use("/below", router);
        router.get(
          "/bad-inside",
          app.page(() => templates["bad-inside"]),
        );
        const provider = html`<bad-provider></bad-provider><provided-one></provided-one>`;
        site.get(
          "/mark-provider",
          app.page(() => provider, { onRenderError: "mark" }),
        );
        const selves = {
          self: html`<self-one></self-one>`,
          "self-pair": html`<self-ping></self-ping>`,
          "self-heavy": html`<self-heavy></self-heavy>`,
        };
        for (const [name, template] of Object.entries(selves)) {
          site.get(
            `/${name}`,
            app.page(() => template),
          );
          const among = html`<fine-one>before</fine-one>${template}<fine-one>after</fine-one>`;
          site.get(
            `/mark-${name}`,
            app.page(() => among, { onRenderError: "mark" }),
          );
        }
        const late = [...Object.keys(lateTemplates), "late-update", "late-plain"];
        for (const name of late)
          site.get(
            `/${name}`,
            app.page(() => templateOf(`<${name}></${name}>`)),
          );
        site.get(
          "/deep",
          app.page(() => html`<deep-one level="199"></deep-one>`),
        );
        site.get(
          "/fine",
          app.page(() => html`<fine-one></fine-one>`),
        );
        site.get(
          "/flushed",
          app.page(() => templates["bad-render"], { flushHead: true, title: "Head" }),
        );
        site.get(
          "/rejects",
          app.page(() => Promise.reject(new Error("no data"))),
        );
        site.get(
          "/missing",
          app.page(() => Promise.reject(Object.assign(new Error("gone"), { status: 410 }))),
        );
        site.get(
          "/bad-head",
          app.page(() => "x", {
            head: () => {
              throw new Error("no head");
            },
          }),
        );
      },
      { logger },
    );
  });
  after(() => served.close());

  for (const name of Object.keys(templates))
    test(`gives a 500 that names it, and the next page is fine: ${name}`, async () => {
      const page = await served.get(`/${name}`);
      assert.equal(page.status, 500);
      assert.match(page.html, new RegExp(`&lt;${name === "bad-inside" ? "bad-render" : name}&gt;`));
      assert.equal(page.payload, undefined);
      assert.equal((await served.get("/fine")).status, 200);
    });

  for (const name of Object.keys(templates))
    test(`leaves a marked hole, and all around it stands: ${name}`, async () => {
      const page = await served.get(`/mark/${name}`);
      assert.equal(page.status, 200);
      const tag = name === "bad-inside" ? "bad-render" : name;
      assert.match(
        page.html,
        new RegExp(`<!--violet-error ${tag}--><p role="alert" part="error">&lt;${tag}&gt;`),
      );
      assert.match(withoutMarkers(page.html), /<p>fine here<\/p>.*before.*<p>fine here<\/p>.*after/s);
      assert(page.payload?.stores["errors-store"]);
    });

  for (const [name, shown] of Object.entries({
    "late-until": '<p title="a title">loading</p>',
    "late-child": "<p>[object Promise]</p>",
    "late-render": "[object Promise]",
    "late-lit": "<p>loading",
    "late-update": "<p>as it is</p>",
    "late-plain": "<p>as it is</p>",
  }))
    test(`by a promise is reported when the page is sent, and the process goes on: ${name}`, async () => {
      logger.errors.length = 0;
      news = Promise.withResolvers();
      const page = await served.get(`/${name}`);
      assert.equal(page.status, 200);
      assert(withoutMarkers(page.html).includes(shown), page.html);
      news.reject(new Error("no news"));
      // An unhandled rejection would fail this test: it is told in the turn after this one.
      await turn();
      assert.deepEqual(
        logger.errors.map(({ err, message }) => [err.message, message.split(" was ")[0]]),
        [["no news", `a promise in <${name}>`]],
      );
    });

  test("that renders itself is named once, with an end in sight", async () => {
    for (const [path, tag] of Object.entries({ "/self": "self-one", "/self-pair": "self-p[io]ng" })) {
      logger.errors.length = 0;
      const { status, html } = await served.get(path);
      assert.equal(status, 500);
      assert.match(
        html,
        new RegExp(
          `&lt;${tag}&gt; stands inside 200 other elements\\. If it renders itself, something has to`,
        ),
      );
      assert(html.length < 1000, html);
      const { err } = logger.errors[0] as { err: Error };
      assert.equal((err.cause as { code?: string }).code, "E_RECURSION");
      assert.match(err.message, new RegExp(`^<${tag}> in <${tag}>.* in \\d+ more in .*<${tag}>: `));
    }
    assert.equal((await served.get("/fine")).status, 200);
  });

  test("that renders itself is one hole, and all around it stands", async () => {
    for (const path of ["/mark-self", "/mark-self-pair", "/mark-self-heavy"]) {
      const { status, html } = await served.get(path);
      assert.equal(status, 200);
      assert.equal(html.match(/<!--violet-error /g)?.length, 1);
      assert.match(withoutMarkers(html), /before.*role="alert".*after/s);
    }
  });

  test("is not one that renders itself to some end", async () => {
    assert.match(withoutMarkers((await served.get("/deep")).html), /the bottom/);
  });

  test("leaves nothing open: what comes after a hole is not inside what broke", async () => {
    const page = await served.get("/mark-provider");
    assert.match(page.html, /violet-error bad-provider/);
    assert.match(withoutMarkers(page.html), /<template[^>]*><u>nobody<\/u>/);
  });

  test("is logged with its path of elements", async () => {
    logger.errors.length = 0;
    await served.get("/bad-inside");
    assert.match(
      logger.errors[0]?.err.message ?? "",
      /^<bad-render> in <bad-inside>: <secret> of the database$/,
    );
    assert.match(logger.errors[0]?.message ?? "", /^GET \/bad-inside could not be rendered$/);
    await served.get("/mark/bad-inside?token=secret");
    assert.match(logger.errors[1]?.message ?? "", /^GET \/mark\/bad-inside has a hole$/);
    await served.get("/below/bad-inside?token=secret");
    assert.match(logger.errors[2]?.message ?? "", /^GET \/below\/bad-inside could not be rendered$/);
  });

  test("is escaped in what developers see", async () => {
    for (const path of ["/bad-render", "/mark/bad-render", "/flushed"])
      assert.doesNotMatch((await served.get(path)).html, /<secret>/);
  });

  test("after the head was sent ends the document with the message", async () => {
    const page = await served.get("/flushed");
    assert.equal(page.status, 200);
    assert.match(page.html, /<title>Head<\/title>[\s\S]*<\/head>\n<body>\n<h1>500<\/h1>/);
  });

  test("a page's own failure is answered, too; one with a status is the app's", async () => {
    assert.equal((await served.get("/rejects")).status, 500);
    assert.equal((await served.get("/bad-head")).status, 500);
    assert.equal((await served.get("/missing")).status, 410);
  });

  test("tells nobody anything in production", async () => {
    const { NODE_ENV } = process.env;
    process.env.NODE_ENV = "production";
    const production = await serve((site, app) => {
      site.get(
        "/",
        app.page(() => templates["bad-render"]),
      );
      site.get(
        "/mark",
        app.page(() => templates["bad-render"], { onRenderError: "mark" }),
      );
      site.get(
        "/room/:key",
        app.page(({ params }) => html`<p>${room(params.key ?? "").text}</p>`),
      );
    });
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
    const [page, marked] = [await production.get("/"), await production.get("/mark")];
    const [missing, forbidden] = [await production.get("/room/a%20b"), await production.get("/room/closed")];
    await production.close();
    assert.match(page.html, /<p role="alert">Something failed on the server\.<\/p>/);
    assert.match(
      marked.html,
      /<!--violet-error bad-render--><p role="alert" part="error">This part of the page could not be shown\.<\/p>/,
    );
    assert.equal(missing.status, 404);
    assert.match(missing.html, /<p role="alert">Not found\.<\/p>/);
    assert.equal(forbidden.status, 403);
    assert.match(forbidden.html, /<p role="alert">This is not allowed\.<\/p>/);
    for (const { html } of [page, marked]) assert.doesNotMatch(html, /secret|RangeError|database/);
  });
});
