import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { css, LitElement, html as litHtml, ReactiveElement } from "lit";
import { array, boolean, integer, object, string } from "superstruct";
import { VioletElement } from "../../elements/violet-element.ts";
import { memory } from "../../server/index.ts";
import { html, local, shared, VioletError } from "../../src/index.ts";
import { cookiesOf, type Served, serve, withoutMarkers } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

const notes = shared("page-notes", {
  state: object({ list: array(string()), count: integer() }),
  initial: () => ({ list: ["first"], count: 0 }),
});
const visits = shared("page-visits", { state: integer(), initial: () => 7 });
const ui = local("page-ui", {
  state: object({ theme: string(), isWide: boolean(), from: string() }),
  initial: (request) => ({
    theme: "light",
    isWide: false,
    from: `${request?.url} ${request?.cookies.who}`,
  }),
  persist: "cookie",
  reflect: ["theme", "isWide"],
});

customElements.define(
  "note-list",
  class extends VioletElement {
    static override properties = { heading: {} };
    static override styles = css`li { color: rebeccapurple; }`;
    declare heading: string;

    override render() {
      return html`<h2>${this.heading}</h2><ul>${notes.list.map((note) => html`<li>${note}</li>`)}</ul>`;
    }
  },
);
customElements.define(
  "visit-number",
  class extends VioletElement {
    override render() {
      return html`<output>${visits.value}</output><note-list heading="inner"></note-list>`;
    }
  },
);
customElements.define(
  "ui-theme",
  class extends VioletElement {
    override render() {
      return html`<i>${ui.theme} ${ui.from}</i>`;
    }
  },
);
customElements.define(
  "plain-lit",
  class extends LitElement {
    override render() {
      return litHtml`<b>${notes.count}</b>`;
    }
  },
);
// The server's HTMLElement, which no global names.
customElements.define(
  "plain-native",
  class extends (Object.getPrototypeOf(ReactiveElement) as typeof HTMLElement) {},
);

suite("a page", () => {
  let served: Served;
  const { get } = { get: (path: string, headers?: Record<string, string>) => served.get(path, headers) };
  before(async () => {
    served = await serve((site, app) => {
      site.get(
        "/",
        app.page(() => html`<h1>Notes</h1><note-list heading="All"></note-list>`, { title: "A < B" }),
      );
      site.get(
        "/static",
        app.page(() => html`<p>Nothing here is live.</p>`, { title: "Static" }),
      );
      site.get(
        "/visits",
        app.page(() => html`<visit-number></visit-number>`),
      );
      site.get(
        "/local",
        app.page(() => html`<ui-theme></ui-theme>`),
      );
      site.get(
        "/reads",
        app.page(() => html`<p>${notes.list[0]}</p>`),
      );
      site.get(
        "/others",
        app.page(() => html`<plain-native a="1"><p>x</p></plain-native><plain-lit></plain-lit>`),
      );
      site.get(
        "/props",
        app.page(() => html`<note-list .heading=${'"<b>'} id="a"></note-list>`),
      );
      site.get(
        "/function-prop",
        app.page(() => html`<note-list .heading=${() => 1}></note-list>`),
      );
      site.get(
        "/room/:name",
        app.page(async (request) => html`<p>${await Promise.resolve(request.params.name)}</p>`, {
          title: (request) => `Room ${request.params.name} ${notes.count}`,
          head: () => html`<meta name="viewport" content="width=500"><meta name="robots" content="none">`,
          lang: "de",
          status: 404,
        }),
      );
      site.get(
        "/own-client",
        app.page(() => html`<note-list></note-list>`, { client: '/my"client.js' }),
      );
      site.get(
        "/no-client",
        app.page(() => html`<note-list></note-list>`, { client: false }),
      );
      site.get(
        "/flushed",
        app.page(() => html`<note-list></note-list>`, { flushHead: true, title: "Early" }),
      );
    });
  });
  after(() => served.close());

  test("is a whole document with its state as HTML", async () => {
    const { status, html, headers } = await get("/");
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
    assert.match(
      html,
      /^<!doctype html>\n<html lang="en"[^>]*>\n<head>\n<meta charset="utf-8">\n<title>A &lt; B<\/title>/,
    );
    assert.match(withoutMarkers(html), /<h1>Notes<\/h1>.*<h2>All<\/h2><ul><li>first<\/li><\/ul>/);
    assert.match(html, /<\/body>\n<\/html>\n$/);
  });

  test("brings each store once, as it was rendered", async () => {
    const { payload } = await get("/visits");
    assert.deepEqual(Object.keys(payload?.stores ?? {}), ["page-visits", "page-notes"]);
    const { epoch, version, value } = payload?.stores["page-visits"] ?? assert.fail("not in the payload");
    assert.match(epoch, /./);
    assert.equal(version, 0);
    assert.deepEqual<object>(value, { value: 7 });
  });

  test("D7.3.1 D12.3 is live when it reads a store or holds an element, and then loads the early script and the client", async () => {
    for (const path of ["/", "/local", "/reads", "/others"]) {
      const { html, payload } = await get(path);
      assert(payload?.client, path);
      assert.match(html, /<script src="\/_violet\/early\.js\?[\w-]+"[^>]*><\/script>/);
      assert.match(html, /<script type="module" src="\/_violet\/runtime\.js"><\/script>/);
    }
  });

  test("without live parts holds no script, no session and no payload", async () => {
    const { html, headers, payload } = await get("/static");
    assert.equal(payload, undefined);
    assert.doesNotMatch(html, /<script|_violet/);
    assert.deepEqual(headers.getSetCookie(), []);
  });

  test("with a session in it is kept by no cache", async () => {
    const { headers } = await get("/");
    assert.equal(headers.get("cache-control"), "private, no-store");
  });

  test("links the stylesheet of each class in the shadow root, and fetches it from the head", async () => {
    const { html } = await get("/visits");
    const [, href = ""] =
      /<template shadowroot[^>]*><link rel="stylesheet" href="([^"]+)"><!--lit-part/.exec(html) ?? [];
    assert.match(href, /^\/_violet\/css\/[\w-]{16}\.css$/);
    assert(html.indexOf(`<link rel="preload" as="style" href="${href}">`) > 0);
    assert.doesNotMatch(html, /<style|style=/);
    const sheet = await get(href);
    assert.equal(sheet.html, "li { color: rebeccapurple; }");
    assert.match(sheet.headers.get("cache-control") ?? "", /immutable/);
  });

  test("escapes what could end the payload's script, and what would run in the HTML", async () => {
    const hostile = `</script><script>alert(1)</script><!--\u2028\u2029&]]>`;
    served.app.run(() => {
      notes.list.push(hostile);
    });
    const { html, payload } = await get("/");
    assert.deepEqual(payload?.stores["page-notes"]?.value.list, ["first", hostile]);
    assert.doesNotMatch(html, /<script>alert/);
    assert.doesNotMatch(html.slice(html.indexOf('id="violet"')), /[\u2028\u2029]|<!--|]]>/);
    assert.equal(html.split("</script>").length - 1, 3, "early, module and payload");
    served.app.run(() => void notes.list.pop());
  });

  test("renders a local store with the request, and what its cookie kept", async () => {
    const fresh = await get("/local?a=1", { cookie: "who=Ada" });
    assert.match(withoutMarkers(fresh.html), /<i>light \/local\?a=1 Ada<\/i>/);
    assert.match(fresh.html, /<html lang="en" data-theme="light" data-is-wide="false">/);
    const kept = encodeURIComponent(
      JSON.stringify({ version: 1, value: { theme: 'd"k', isWide: true, from: "kept" } }),
    );
    const { html, payload } = await get("/local", { cookie: `violet-page-ui=${kept}` });
    assert.match(html, /<html lang="en" data-theme="d&quot;k" data-is-wide="true">/);
    assert.deepEqual<object | undefined>(payload?.local["page-ui"], {
      theme: 'd"k',
      isWide: true,
      from: "kept",
    });
    for (const bad of ["%7B", "{}", "null", "%7B%22version%22:99,%22value%22:%7B%7D%7D"])
      assert.match((await get("/local", { cookie: `violet-page-ui=${bad}` })).html, /data-theme="light"/);
  });

  test("takes options that depend on the request and read stores", async () => {
    const { html, status } = await get("/room/42");
    assert.equal(status, 404);
    assert.match(html, /<html lang="de"/);
    assert.match(html, /<title>Room 42 0<\/title>/);
    assert.match(html, /<meta name="robots" content="none">/);
    assert.equal(html.split("viewport").length - 1, 1, "the page's own viewport stands alone");
  });

  test("takes a client script of its own, or none", async () => {
    assert.match(
      (await get("/own-client")).html,
      /<script type="module" src="\/my&quot;client\.js"><\/script>/,
    );
    const none = await get("/no-client");
    assert.doesNotMatch(none.html, /<script/);
    assert.match(none.html, /<li>/);
  });

  test("E16.1 leaves elements of other base classes as they are, and does not count what follows as inside them", async () => {
    const { html } = await get("/others");
    assert.match(html, /<plain-native +a="1"><p>x<\/p><\/plain-native><plain-lit>/);
    assert.match(withoutMarkers(html), /<b>0<\/b>/);
  });

  test("sends along the properties that its template gives to elements", async () => {
    const { html, payload } = await get("/props");
    assert.match(html, /<note-list +id="a" data-violet-props="0" defer-hydration>/);
    assert.deepEqual(payload?.props, [{ heading: '"<b>' }]);
    assert.equal((await get("/function-prop")).status, 500);
  });

  test("may be sent in two parts", async () => {
    const { html, payload, headers } = await get("/flushed");
    assert.match(html, /<title>Early<\/title>[\s\S]*<script type="module"[^>]*><\/script>\n<\/head>\n<body>/);
    assert(payload?.client);
    assert.equal(headers.get("transfer-encoding"), "chunked");
    assert.match(cookiesOf(headers), /^violet-session=/);
  });

  test("is not sent before what it shows is stored", async () => {
    const held = Promise.withResolvers<void>();
    const backend = memory();
    const slow = await serve(
      (site, app) =>
        site.get(
          "/",
          app.page(() => html`<plain-lit></plain-lit>`),
        ),
      {
        backend: { ...backend, commit: (commit) => held.promise.then(() => backend.commit(commit)) },
      },
    );
    slow.app.run(() => {
      notes.count = 5;
    });
    let isSent = false;
    const page = slow.get("/").finally(() => {
      isSent = true;
    });
    // What is asked for later and needs no store is answered first.
    await slow.get("/_violet/early.js");
    await slow.get("/_violet/session");
    assert(!isSent);
    held.resolve();
    const { payload } = await page;
    await slow.close();
    assert.deepEqual<unknown>(payload?.stores["page-notes"]?.value, { list: ["first"], count: 5 });
    assert.equal(payload?.stores["page-notes"]?.version, 1);
  });
});

test("a page that is asked for under a foreign host name is E_ORIGIN", async () => {
  const { server, close } = await serve((site, app) =>
    site.get(
      "/",
      app.page(() => html`<p>${notes.count}</p>`),
    ),
  );
  const { port } = server.address() as { port: number };
  const asked = request({ host: "127.0.0.1", port, headers: { host: "rebound.evil" } }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  assert.equal(answer.statusCode, 403);
  assert((await text(answer)).includes(new VioletError("E_ORIGIN").message));
  await close();
});
