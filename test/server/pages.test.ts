import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { css } from "lit";
import { integer } from "superstruct";
import { from } from "../../elements/from.ts";
import { VioletElement } from "../../elements/violet-element.ts";
import { html, local, shared } from "../../src/index.ts";
import { MemoryLogger, type Served, serve, withoutMarkers } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

shared("pages-visitors", { state: integer(), initial: () => 12 });
local("pages-theme", { initial: () => ({ theme: "dark" }), persist: "cookie", reflect: ["theme"] });

class VisitBadge extends VioletElement {
  static override styles = css`b { color: green; }`;
  @from() accessor value!: number;
  override render() {
    return html`<b>${this.value}</b>`;
  }
}
customElements.define("visit-badge", VisitBadge);
customElements.define(
  "broken-badge",
  class extends VioletElement {
    override render(): never {
      throw new Error("broken");
    }
  },
);

const live = `<!DOCTYPE html>
<html class="a">
<head><title>Plain</title><!-- </head> --><script>const text = "</body>";</script></head>
<body>
<p title="a &amp; b">kept   as it <br/>stands</p>
<violet-shared store="pages-visitors"><h2>In</h2><visit-badge></visit-badge></violet-shared>
<some-unknown data-x="1"></some-unknown>
<visit-badge></visit-badge>
</body>
</html>
`;

suite("static pages", () => {
  let served: Served;
  let folder: string;
  const logger = new MemoryLogger();
  const write = (name: string, text: string) => writeFileSync(join(folder, "public", name), text);
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "violet-pages-"));
    mkdirSync(join(folder, "public/sub"), { recursive: true });
    writeFileSync(join(folder, "secret.html"), "<p>secret</p>");
    write("live.html", live);
    write("static.html", `<!doctype html><title>Static</title><p>\${not} an <b>expression</b>`);
    write(
      "bare.html",
      `\uFEFF<violet-shared store="pages-visitors"><visit-badge></visit-badge></violet-shared>`,
    );
    write(
      "calls.html",
      `<violet-shared store="pages-visitors" @reset="add"><visit-badge @click="f('a')"></visit-badge><b @click.stop="f(&quot;a&quot;)" data-on-focus='g()'></b></violet-shared>`,
    );
    write("broken.html", `<!doctype html><body><broken-badge></broken-badge><visit-badge></visit-badge>`);
    write("sub/index.html", "<!doctype html><p>index</p>");
    write(".hidden.html", "<p>hidden</p>");
    write("page.txt", "text");
    symlinkSync(join(folder, "secret.html"), join(folder, "public/link.html"));
    served = await serve(
      (site, app) => {
        site.use("/mark", app.pages(join(folder, "public"), { onRenderError: "mark", client: false }));
        site.use(app.pages(join(folder, "public")));
        site.use((_, response) => void response.status(404).send("next"));
      },
      { logger },
    );
  });
  after(async () => {
    await served.close();
    rmSync(folder, { recursive: true });
  });

  test("keep the calls in their attributes as they stand", async () => {
    const page = withoutMarkers(await (await fetch(`${served.url}/calls.html`)).text());
    assert.match(page, /<violet-shared +store="pages-visitors" @reset="add" *>/);
    assert.match(page, /<visit-badge +@click="f\(('|&#39;)a('|&#39;)\)" *>/);
    assert.ok(page.includes(`<b @click.stop="f(&quot;a&quot;)" data-on-focus='g()'></b>`), page);
  });

  for (const [attribute, message] of [
    [`@click="add(1"`, /@click on <b>: "add\(1" is not a call/],
    [`data-on-click="add(&quot;1)"`, /data-on-click on <b>: "add\("1\)" is not a call/],
    [`@click.prevnt="add"`, /@click.prevnt on <b>: "prevnt" is not a modifier/],
    [`@click="open = true"`, /@click on <b>: "open = true" is not a call/],
    [`data-on-text="Switched on"`, /data-on-text on <b>: "Switched on" is not a call/],
  ] as const)
    test(`stand where a call in their plain HTML is faulty, and the log has it once: ${attribute}`, async () => {
      const { errors } = logger;
      errors.length = 0;
      const name = `${attribute.length}.html`;
      write(
        name,
        `<violet-shared store="pages-visitors"><p><b ${attribute}></b><i data-text="value"></i></p>`,
      );
      for (const path of [`/${name}`, `/${name}`, `/mark/${name}`]) {
        const { status, html } = await served.get(path);
        assert.equal(status, 200);
        assert.ok(html.includes(`<b ${attribute}></b><i data-text="value">12</i>`), html);
      }
      assert.equal(errors.length, 1);
      assert.match(errors.pop()?.err.message ?? "", message);
      const foreign = `<div x-data><b ${attribute}></b><violet-shared store="pages-visitors">x</violet-shared></div>`;
      write(`foreign-${name}`, foreign);
      assert.ok((await served.get(`/foreign-${name}`)).html.includes(`<b ${attribute}></b>`));
      assert.deepEqual(errors, []);
    });

  test("E3.1.3 are warned of for events whose names have capitals, when they are read", async () => {
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    write(
      "capitals.html",
      `<violet-shared store="pages-visitors"><!-- @noEvent="f" --><visit-badge data-on-myEvent.once="f"></visit-badge>
        <b @another-event.camel="f" @click.PREVENT="f" title='@noEvent="f"'></b></violet-shared>`,
    );
    await served.get("/capitals.html");
    await served.get("/capitals.html");
    console.warn = warn;
    assert.deepEqual(warnings, [
      'violet: @myEvent on <visit-badge> hears "myevent": HTML knows no capitals in the names of attributes. Write @my-event.camel.',
    ]);
  });

  test("render the elements in them with the store of the tag around", async () => {
    const { status, html: page, payload, headers } = await served.get("/live.html");
    assert.equal(status, 200);
    const [inside = "", outside = ""] = page.split("some-unknown");
    assert.match(
      withoutMarkers(inside),
      /<h2>In<\/h2><visit-badge><template[^>]*><link [^>]*><b>12<\/b><\/template>/,
    );
    assert.doesNotMatch(withoutMarkers(outside), /12/);
    assert.deepEqual<unknown>(payload?.stores["pages-visitors"]?.value, { value: 12 });
    assert.equal(headers.get("cache-control"), "private, no-store");
  });

  test("D9.2 E16.1 leave everything else as it stands", async () => {
    const { html: page } = await served.get("/live.html");
    assert.match(page, /<p title="a &amp; b">kept {3}as it <br\/>stands<\/p>/);
    assert.match(page, /<some-unknown data-x="1"><\/some-unknown>/);
    const { html: text, payload, headers } = await served.get("/static.html");
    assert.equal(text, `<!doctype html><title>Static</title><p>\${not} an <b>expression</b>`);
    assert.equal(payload, undefined);
    assert.deepEqual(headers.getSetCookie(), []);
  });

  test("get what makes them live at the end of the real head and body", async () => {
    const { html: page } = await served.get("/live.html");
    assert.match(page, /<html data-theme="dark" class="a">/);
    assert.match(
      page,
      /"<\/body>";<\/script><script src="\/_violet\/early\.js[\s\S]*<script type="module" src="\/_violet\/runtime\.js"><\/script>\n<\/head>/,
    );
    assert.match(
      page,
      /<script type="application\/json" id="violet">[\s\S]*<\/script>\n<\/body>\n<\/html>\n$/,
    );
    assert.equal(page.split('id="violet"').length, 2);
  });

  test("need no tags that HTML does without", async () => {
    const { html: page, payload } = await served.get("/bare.html");
    assert.match(page, /^<script src="\/_violet\/early[\s\S]*<violet-shared/);
    assert.match(withoutMarkers(page), /<b>12<\/b>/);
    assert(payload);
  });

  test("show the cookie's theme", async () => {
    const value = encodeURIComponent(JSON.stringify({ version: 1, value: { theme: "light" } }));
    const { html: page } = await served.get("/live.html", { cookie: `violet-pages-theme=${value}` });
    assert.match(page, /<html data-theme="light" class="a">/);
  });

  test("give a folder its index, and leave other files to the next handler", async () => {
    assert.match((await served.get("/sub/")).html, /index/);
    for (const path of ["/page.txt", "/none.html", "/sub", "/", "/sub/index.html/"])
      assert.equal((await served.get(path)).html, "next", path);
    assert.equal((await fetch(`${served.url}/static.html`, { method: "POST" })).status, 404);
    assert.equal((await fetch(`${served.url}/static.html`, { method: "HEAD" })).status, 200);
  });

  test("never leave their folder", async () => {
    const paths = [
      "/../secret.html",
      "/..%2fsecret.html",
      "/%2e%2e/secret.html",
      "/sub/../../secret.html",
      "/..\\secret.html",
      "/..%5csecret.html",
      "//secret.html",
      "/link.html",
      "/.hidden.html",
      "/%00.html",
      "/secret.html%00",
      "/%E0%A4%A.html",
      "/./static.html",
    ];
    for (const path of paths) {
      const text = await rawGet(path);
      assert.doesNotMatch(text, /secret<|hidden|Static/, path);
    }
  });

  // fetch() tidies paths up before it sends them.
  const rawGet = (path: string) =>
    new Promise<string>((resolve, reject) => {
      request(`${served.url}`, { path }, (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => resolve(text));
      })
        .on("error", reject)
        .end();
    });

  test("are read again when they change", async () => {
    write("changing.html", "<!doctype html><p>old</p>");
    assert.match((await served.get("/changing.html")).html, /old/);
    write("changing.html", "<!doctype html><p>new</p>");
    utimesSync(join(folder, "public/changing.html"), new Date(), new Date(Date.now() + 5000));
    assert.match((await served.get("/changing.html")).html, /new/);
  });

  test("fail or are marked like any page, and may bring their own script", async () => {
    assert.equal((await served.get("/broken.html")).status, 500);
    const marked = await served.get("/mark/broken.html");
    assert.equal(marked.status, 200);
    assert.match(marked.html, /<!--violet-error broken-badge-->/);
    assert.doesNotMatch(marked.html, /<script/);
  });
});
