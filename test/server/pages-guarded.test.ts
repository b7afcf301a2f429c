/** One write of somebody else must neither run in a page nor take it down: here without Chromium. */
import { any, array, object } from "superstruct";
import { each, VioletElement } from "../../elements/index.ts";
import { html, shared } from "../../src/index.ts";
import { type Served, serve, withoutMarkers } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

const posts = shared("guarded-posts", {
  state: object({ rows: array(any()) }),
  initial: () => ({ rows: [] as unknown[] }),
});

customElements.define(
  "guarded-posts",
  class extends VioletElement {
    override render() {
      const rows = posts.rows.map((value, id) => ({ id, value }));
      return html`${each(
        rows,
        ({ id }) => id,
        ({ value }) => html`<li title=${value}><a href=${value} .title=${value}>${value}</a></li>`,
      )}${each(
        rows,
        ({ id }) => id,
        ({ value }) => value,
      )}`;
    }
  },
);
customElements.define(
  "guarded-post",
  class extends VioletElement {
    override render() {
      return posts.rows[0];
    }
  },
);

suite("a page with what other people wrote", () => {
  let served: Served;
  before(async () => {
    served = await serve((site, app) => {
      site.get(
        "/",
        app.page(() => html`<guarded-posts></guarded-posts><guarded-post></guarded-post>`),
      );
      site.get(
        "/bare",
        app.page(() => posts.rows[0]),
      );
      site.get(
        "/title",
        app.page(() => html`<p></p>`, { title: () => posts.rows[0] as string }),
      );
    });
  });
  after(() => served.close());

  const write = (...rows: unknown[]) => served.app.run(() => Object.assign(posts, { rows }));
  const poison: readonly unknown[] = [
    { toString: 1 },
    { valueOf: 1, toString: null },
    { _$litType$: 1, strings: ["<b>"], values: [] },
    { _$litDirective$: {}, values: [] },
    [[{ toString: 1 }], { _$litType$: 1 }],
  ];

  test("T42 E14.4.1 stands, whatever JSON it is: in elements, rows, the page's own template and its title", async () => {
    for (const value of poison) {
      write(value);
      for (const path of ["/", "/bare", "/title"]) {
        const page = await served.get(path);
        assert.equal(page.status, 200, `${path} ${JSON.stringify(value)}`);
        if (path !== "/title") assert.match(page.html, /\[object Object\]/);
        assert.doesNotMatch(withoutMarkers(page.html), /<b>/);
      }
    }
  });

  test("T42 links to nothing that would run code", async () => {
    write(" java\tscript:alert(1)", "/safe");
    const { html } = await served.get("/");
    assert.doesNotMatch(html, /href="\s*java/);
    assert.match(html, /href="about:invalid#violet"/);
    assert.match(html, /href="\/safe"/);
  });

  test("is kept by no cache", async () => {
    const { headers } = await served.get("/");
    assert.equal(headers.get("cache-control"), "private, no-store");
  });
});
