/** Forms of live elements without JavaScript, against a real site: from the HTML of its pages alone. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express, { type Request, type RequestHandler } from "express";
import { customElement } from "lit/decorators.js";
import { array, boolean, integer, object, optional, refine, size, string } from "superstruct";
import { LiveElement } from "../../../elements/index.ts";
import { live } from "../../../server/index.ts";
import { html, on, VioletError } from "../../../src/index.ts";
import { LiveReplica } from "../../../src/state/live-replica.ts";
import { HttpBrowser, textOf } from "../../support/http-form.ts";
import { NodeClient } from "../../support/node-client.ts";
import { getPage, type MemoryLogger, type Served, serve } from "../../support/serve.ts";
import { afterEach, assert, beforeEach, suite, test } from "../../support/suite.ts";

const Email = refine(string(), "Email", (text) => text.includes("@") || "Enter an e-mail address.");
const Signup = object({
  email: Email,
  age: optional(integer()),
  colours: size(array(string()), 0, 3),
  news: boolean(),
  plan: string(),
  about: size(string(), 0, 200),
  password: size(string(), 8, 40),
});

const told: unknown[] = [];
const counter = live({
  state: object({ count: integer(), last: string() }),
  params: object({ start: optional(integer()) }),
  initial: ({ params }) => ({ count: params.start ?? 0, last: "" }),
  callbacks: (callback) => ({
    increment: (state) => {
      state.count++;
    },
    add: callback([integer()], (state, n) => {
      state.count += n;
    }),
    signUp: callback([Signup], (state, fields) => {
      state.last = JSON.stringify(fields);
    }),
    press: callback([object({ do: string() })], (state, fields) => {
      state.last = fields.do;
    }),
    slow: async (state) => {
      const { count } = state;
      await new Promise(setImmediate);
      state.count = count + 1;
    },
    fail: () => {
      throw new Error("a secret of the server");
    },
    taken: () => {
      throw new VioletError("E_VALIDATION", {}, { field: "email", message: "This address is taken." });
    },
  }),
  onMount: () => told.push("mount"),
  onUnmount: () => told.push("unmount"),
});
const closed = live({
  state: object({ count: integer() }),
  initial: () => ({ count: 0 }),
  callbacks: () => ({
    increment: (state) => {
      state.count++;
    },
  }),
  fallback: false,
});

@customElement("form-counter")
export class FormCounter extends LiveElement(counter) {
  override render() {
    return html`<output>Count: ${this.state.count}, last: ${this.state.last}</output>
      <form @submit=${this.live.increment}><button>+</button></form>
      <form action="?add" method="get" @submit=${on(this.live.add, 3)} class="three"><button>+3</button></form>
      <form data-on-submit="add(n)"><input name="n"><button>Add</button></form>
      <p>${this.error?.callback} ${this.error?.field} ${this.error?.message}</p>`;
  }
}

@customElement("form-signup")
export class FormSignup extends LiveElement(counter) {
  override render() {
    return html`<output>${this.state.last}</output>
      <form method="post" @submit=${this.live.signUp}>
        <label>E-mail <input name="email" aria-describedby="hint"></label>
        <input name="age" type="number"><input name="password" type="password">
        <select name="colours" multiple><option>red</option><option value="g">green</option><option>blue</option></select>
        <fieldset><input type="radio" name="plan" value="free" checked><input type="radio" name="plan" value="paid"></fieldset>
        <input type="checkbox" name="news"><textarea name="about">Hello</textarea>
      </form>
      <form @submit=${this.live.press}><button name="do" value="this">This</button></form>
      <form @submit=${this.live.fail}></form><form @submit=${this.live.taken}></form>
      <form @submit=${this.live.slow}></form>
      <p>${this.error?.code} ${this.error?.field} ${this.error?.message}</p>`;
  }
}

@customElement("form-started")
export class FormStarted extends LiveElement(counter) {
  static override properties = { start: {} };
  declare start: number | undefined;
  override render() {
    return html`<output>Count: ${this.state.count}</output><form @submit=${this.live.increment}></form>`;
  }
}

@customElement("form-names")
export class FormNames extends LiveElement(counter) {
  override render() {
    return html`<output>Count: ${this.state.count}</output>
      <form @submit=${this.live.press}><input name="do"><input name="then"></form>
      <form @submit=${this.live.increment}><input name="constructor"></form>
      <form @submit="add(constructor)"><input name="constructor"></form>`;
  }
}

@customElement("form-closed")
export class FormClosed extends LiveElement(closed) {
  override render() {
    return html`<output>${this.state.count}</output><form action="/own" @submit=${this.live.increment}></form>`;
  }
}

const signup = {
  email: "ada@example.org",
  age: "",
  password: "correct horse",
  plan: "paid",
  about: "<b>&\n",
};

suite("forms of live elements, without JavaScript", () => {
  let served: Served;
  let mayEnter: RequestHandler;
  const visit = (path = "/") => HttpBrowser.visit(served.url, path);
  const shown = ({ page }: HttpBrowser) => textOf(page.html);
  const logger = () => (served.app as unknown as { settings: { logger: MemoryLogger } }).settings.logger;

  beforeEach(async () => {
    told.length = 0;
    mayEnter = (_request, _response, next) => next();
    served = await serve(
      (site, app) => {
        site.get(
          "/",
          app.page(() => html`<form-counter></form-counter><form-counter start="10"></form-counter>`),
        );
        site.get(
          "/signup",
          app.page(() => html`<form-signup></form-signup>`),
        );
        site.get(
          "/faulty",
          app.page(() => html`<form data-on-submit="add("></form>`),
        );
        site.get(
          "/started",
          app.page(() => html`<form-started .start=${7}></form-started>`),
        );
        site.get(
          "/names",
          app.page(() => html`<form-names></form-names>`),
        );
        site.get(
          "/closed",
          app.page(() => html`<form-closed></form-closed>`),
        );
        site.get(
          "/guarded",
          mayEnterNow,
          app.page(() => html`<p>the secret page</p>`),
        );
        site.get(
          "/room/:name",
          app.page<Request>(
            ({ params, query }) => html`<h1>${params.name} ${query.q}</h1><form-counter></form-counter>`,
          ),
        );
      },
      {
        modules: { counter: { counter }, closed: { closed } },
        limits: { messagesPerSecond: 5, messageBurst: 20 },
      },
    );
  });
  const mayEnterNow: RequestHandler = (...given) => mayEnter(...given);
  afterEach(() => served.close());

  test("D8.3 point at the server, whatever stood there, and hold one field more", async () => {
    const { page } = await visit();
    const [first, second, third] = page.forms;
    assert.deepEqual(
      page.forms.map(({ action, method }) => [action, method]),
      Array.from({ length: 6 }, () => ["/_violet/form?/", "post"]),
    );
    assert.deepEqual(
      [first?.hidden.instance, first?.hidden.callback, first?.hidden.args],
      ["@counter/~0", "increment", undefined],
    );
    assert.deepEqual(second?.hidden.args, [{ value: 3 }]);
    assert.deepEqual([third?.hidden.callback, third?.hidden.args], ["add", [{ name: "n" }]]);
    assert.deepEqual(page.forms[3]?.hidden.params, { start: 10 });
    assert.ok(!page.html.includes("data-violet-submit"));
    assert.match(page.html, /class="three"/);
  });

  test("are taken as a parser of the site's own has read them", async () => {
    const site = express().use(express.urlencoded({ extended: true }), (request, response) => {
      served.server.emit("request", request, response);
    });
    const server = site.listen(0, "127.0.0.1");
    await once(server, "listening");
    const browser = await HttpBrowser.visit(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      "/",
    );
    assert.equal((await browser.send(2, { n: "20" })).status, 303);
    await browser.follow();
    assert.match(shown(browser), /Count: 20/);
    server.close();
    server.closeAllConnections();
  });

  test("D8.5 E12.3 call their callbacks: with nothing, with the arguments of on(), with their fields by name", async () => {
    const browser = await visit();
    for (const [form, typed] of [
      [0, {}],
      [1, {}],
      [2, { n: "20" }],
    ] as const) {
      const answer = await browser.send(form, typed);
      assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/"]);
      await browser.follow();
    }
    assert.match(shown(browser), /^Count: 24, .* Count: 10,/);
  });

  test("D8.2 E12.1 have the state of their session, page and key alone", async () => {
    const [browser, other] = [await visit("/room/a?q=1"), await visit("/room/a")];
    await browser.send(0);
    await browser.follow();
    assert.match(shown(browser), /Count: 1,/);
    await browser.open("/room/a?q=2");
    assert.match(shown(browser), /Count: 1,/);
    await browser.open("/room/b");
    assert.match(shown(browser), /Count: 0,/);
    await other.open("/room/a");
    assert.match(shown(other), /Count: 0,/);
  });

  test("come back to the page's own address, with its query", async () => {
    const browser = await visit("/room/a%20b?q=x&r=%26");
    await browser.send(0);
    assert.equal(browser.page.headers.get("location"), "/room/a%20b?q=x&r=%26");
    await browser.follow();
    assert.match(shown(browser), /a b x .*Count: 1,/);
  });

  for (const isMultipart of [false, true])
    test(`D6.4 give all fields as one object, by their structs, sent as ${isMultipart ? "multipart" : "urlencoded"}`, async () => {
      const browser = await visit("/signup");
      const typed = { ...signup, colours: ["red", "g"], news: "on", age: "36" };
      assert.equal((await browser.send(0, typed, { isMultipart })).status, 303);
      await browser.follow();
      assert.deepEqual(
        JSON.parse(
          browser.page.html
            .match(/<output><!--lit-part-->(.*?)<!--/)?.[1]
            ?.replaceAll("&quot;", '"')
            .replaceAll("&lt;", "<")
            .replaceAll("&gt;", ">")
            .replaceAll("&amp;", "&") ?? "",
        ),
        {
          ...typed,
          age: 36,
          news: true,
        },
      );
    });

  test("say by what they leave out: no box, a list of none or one, nothing where a number may be", async () => {
    const browser = await visit("/signup");
    await browser.send(0, signup);
    await browser.follow();
    assert.match(browser.page.html, /&quot;colours&quot;:\[\]/);
    assert.match(browser.page.html, /&quot;news&quot;:false/);
    assert.doesNotMatch(browser.page.html, /&quot;age&quot;/);
    await browser.send(0, { ...signup, colours: "g" });
    await browser.follow();
    assert.match(browser.page.html, /&quot;colours&quot;:\[&quot;g&quot;\]/);
  });

  test("send the button that was pressed", async () => {
    const browser = await visit("/signup");
    await browser.send(1, { do: "this" });
    await browser.follow();
    assert.match(shown(browser), /^this/);
  });

  test("come back with 422, with what was typed, and the message at its field", async () => {
    const browser = await visit("/signup");
    const typed = { ...signup, email: 'ada"<', colours: ["g", "blue"], news: "on", age: "36" };
    const { status, html, forms, headers } = await browser.send(0, typed);
    assert.equal(status, 422);
    assert.match(headers.get("cache-control") ?? "", /no-store/);
    const [form] = forms;
    for (const [name, value] of Object.entries({ ...typed, password: "" }))
      assert.deepEqual(form?.get(name), [value].flat(), name);
    assert.match(textOf(html), /E_VALIDATION email Enter an e-mail address\.$/);
    assert.match(html, /name="email" aria-describedby="hint violet-error-~0"/);
    assert.match(
      html,
      /<\/label><small id="violet-error-~0" data-violet-error="">Enter an e-mail address\.<\/small>/,
    );
    assert.equal(html.match(/aria-invalid="true"/g)?.length, 1);
    assert.equal((await browser.send(0, { ...signup })).status, 303);
  });

  test("name the field by which an argument came", async () => {
    const browser = await visit();
    const { status, html, forms } = await browser.send(2, { n: "many" });
    assert.equal(status, 422);
    assert.match(textOf(html), /add n Must be an integer\./);
    assert.deepEqual(forms[2]?.get("n"), ["many"]);
    // The other instance's form of the same call is not the one that was sent.
    assert.deepEqual(forms[5]?.get("n"), [""]);
  });

  test("say what a callback refuses, and of its own errors no more than that there was one", async () => {
    const browser = await visit("/signup");
    assert.equal((await browser.send(3)).status, 422);
    assert.match(shown(browser), /E_VALIDATION email This address is taken\.$/);
    await browser.open("/signup");
    assert.equal((await browser.send(2)).status, 500);
    assert.match(shown(browser), /E_INTERNAL Something failed on the server\.$/);
    assert.doesNotMatch(browser.page.html, /secret/);
    assert.equal(logger().errors[0]?.err.message, "a secret of the server");
  });

  test("are taken one after another", async () => {
    const browser = await visit("/signup");
    const { fields = [] } = browser.page.forms[4] ?? {};
    const send = () =>
      browser.post("/_violet/form?/signup", new URLSearchParams(fields as [string, string][]));
    await Promise.all([send(), send(), send()]);
    const plain = await visit("/signup");
    plain.cookie = browser.cookie;
    await plain.open("/signup");
    const payload = JSON.parse(plain.page.html.match(/id="violet">(.*?)<\/script>/)?.[1] ?? "{}");
    assert.equal(payload.stores["@counter/~0"].value.count, 3);
  });

  test("T23 count once where they are sent twice from one page, but each press where they have no field", async () => {
    const browser = await visit();
    const { fields: named = [] } = browser.page.forms[2] ?? {};
    const sent = named.map(([name, value]): [string, string] => [name, name === "n" ? "5" : value]);
    const post = (fields: [string, string][]) => browser.post("/_violet/form?/", new URLSearchParams(fields));
    for (const { status } of await Promise.all([post(sent), post(sent)])) assert.equal(status, 303);
    assert.equal((await post(sent)).status, 303);
    await browser.open("/");
    assert.match(shown(browser), /^Count: 5,/);
    // From another page, or with another content, it is another one.
    assert.equal((await browser.send(2, { n: "5" })).status, 303);
    await post(sent.map(([name, value]) => [name, name === "n" ? "1" : value]));
    await browser.open("/");
    assert.match(shown(browser), /^Count: 11,/);
    const { fields: none = [] } = browser.page.forms[0] ?? {};
    await Promise.all([post(none), post(none)]);
    await browser.open("/");
    assert.match(shown(browser), /^Count: 13,/);
  });

  test("are run again where they had come to nothing", async () => {
    const browser = await visit();
    const sent = browser.page.forms[2]?.fields.map(([name, value]): [string, string] => [
      name,
      name === "n" ? "x" : value,
    ]);
    for (let times = 0; times < 2; times++) {
      const body = new URLSearchParams(sent);
      assert.equal((await browser.post("/_violet/form?/", body)).status, 422);
    }
  });

  test("lead to their page who asks for their address again", async () => {
    const browser = await visit("/room/a%20b?q=x&r=%26");
    const address = browser.page.forms[0]?.action ?? "";
    for (const method of ["GET", "HEAD"]) {
      const answer = await fetch(served.url + address, { method, redirect: "manual" });
      assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/room/a%20b?q=x&r=%26"]);
    }
    for (const [method, path] of [
      ["GET", "/_violet/form"],
      ["PUT", address],
    ] as const) {
      const answer = await fetch(served.url + path, { method });
      assert.deepEqual([answer.status, answer.headers.get("allow")], [405, "POST"]);
    }
  });

  test("leave their state to the first page with JavaScript, which takes it over", async () => {
    const browser = await visit();
    await browser.send(0);
    const page = await getPage(`${served.url}/`, { cookie: browser.cookie });
    const client = NodeClient.of(served.url, page, browser.cookie);
    const about = { host: {} as HTMLElement, component: "counter", key: "~0", params: {}, changed() {} };
    const instance = new LiveReplica(about, client.runtime);
    assert.deepEqual(instance.snapshot(), { count: 1, last: "" });
    instance.send("increment", []);
    while (instance.isBusy) await new Promise(setImmediate);
    assert.deepEqual([instance.error, instance.snapshot().count], [undefined, 2]);
    assert.deepEqual(told, ["mount"]);
    await browser.open("/");
    assert.match(shown(browser), /Count: 0,/);
    client.close();
  });

  test("E8.1.3 of a component without a fallback are left alone, and not taken", async () => {
    const browser = await visit("/closed");
    assert.deepEqual(
      browser.page.forms.map(({ action, fields }) => [action, fields]),
      [["/own", []]],
    );
    const other = await visit();
    const hidden = { ...other.page.forms[0]?.hidden, instance: "@closed/~0" };
    assert.equal((await other.send(0, { _violet: JSON.stringify(hidden) })).status, 404);
  });

  test("have calls that are read when the page is rendered", async () => {
    const { status, html } = (await visit("/faulty")).page;
    assert.equal(status, 500);
    assert.match(
      html,
      /E_CALL: data-on-submit on &lt;form&gt;|data-on-submit on &lt;form&gt;: &quot;add\(&quot; is not a call/,
    );
  });

  test("T17 are refused from other origins, and from none", async () => {
    const browser = await visit();
    for (const origin of ["https://evil.example", `${served.url}.evil.example`, "null", undefined]) {
      assert.equal((await browser.send(0, {}, { headers: { origin } })).status, 403, origin);
      await browser.open("/");
    }
    // What browsers send for their own site's page under Referrer-Policy: no-referrer.
    const headers = { origin: "null", "sec-fetch-site": "same-origin" };
    assert.equal((await browser.send(0, {}, { headers })).status, 303);
  });

  test("T18 come back without the session's token, with what was typed and a new one", async () => {
    const [browser, other] = [await visit(), await visit()];
    const stolen = { ...browser.page.forms[2]?.hidden, csrf: other.page.forms[2]?.hidden.csrf };
    const { status, forms, html } = await browser.send(2, { n: "5", _violet: JSON.stringify(stolen) });
    assert.equal(status, 403);
    assert.match(textOf(html), /This page was open for too long\. Send it again\./);
    assert.match(textOf(html), /^Count: 0,/);
    assert.deepEqual(forms[2]?.get("n"), ["5"]);
    assert.equal((await browser.send(2)).status, 303);
    await browser.follow();
    assert.match(shown(browser), /^Count: 5,/);
  });

  test("tell which callbacks there are to those alone who may call them", async () => {
    const browser = await visit();
    const hidden: Record<string, unknown> = { ...browser.page.forms[0]?.hidden, callback: "nothing" };
    const send = async (csrf: unknown, cookie: string) => {
      const response = await fetch(`${served.url}/_violet/form?/`, {
        method: "POST",
        headers: { cookie, origin: served.url },
        body: new URLSearchParams({ _violet: JSON.stringify({ ...hidden, csrf }) }),
      });
      return [response.status, /it has .*increment/.test(await response.text())];
    };
    assert.deepEqual(await send("", ""), [403, false]);
    assert.deepEqual(await send("a guess", browser.cookie), [403, false]);
    assert.deepEqual(await send(hidden.csrf, browser.cookie), [404, true]);
  });

  const elsewhere = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/.//evil.example",
    "\t//evil.example",
    "x",
    "",
    "/_violet/form",
    "/%0d%0aSet-Cookie:a=b/../..//evil.example",
    "javascript:alert(1)",
  ];
  for (const page of elsewhere)
    test(`T45 lead to no other site: ${JSON.stringify(page)}`, async () => {
      const browser = await visit();
      const action = `/_violet/form?${page}`;
      const sent = await browser.send(0, {}, { action });
      for (const { status, headers } of [sent, await browser.open(action)]) {
        const location = headers.get("location");
        if (status === 303) assert.equal(new URL(location ?? "", served.url).origin, served.url);
        else assert.deepEqual([status, location], [400, null]);
      }
    });

  test("come back through what guards their page", async () => {
    mayEnter = (_request, response) => void response.status(401).send("no entry");
    const browser = await visit();
    const { status, html } = await browser.send(2, { n: "many" }, { action: "/_violet/form?/guarded" });
    assert.deepEqual([status, html], [401, "no entry"]);
  });

  test("are refused where they are too big, no form, broken, or bring a file", async () => {
    const browser = await visit();
    const hidden = browser.page.forms[2]?.fields[0]?.[1] ?? "";
    assert.equal((await browser.send(2, { n: "x".repeat(70_000) })).status, 413);
    await browser.open("/");
    assert.equal(
      (await browser.post("/_violet/form?/", "{}", { "content-type": "application/json" })).status,
      415,
    );
    const multipart = { "content-type": "multipart/form-data; boundary=x" };
    assert.equal((await browser.post("/_violet/form?/", "--y\r\nno", multipart)).status, 400);
    for (const _violet of [
      "",
      "{}",
      "[]",
      hidden.replace('"form":', '"__proto__":'),
      hidden.replace('"instance":"@counter/', '"instance":"counter'),
    ])
      assert.equal(
        (await browser.post("/_violet/form?/", new URLSearchParams({ _violet }))).status,
        400,
        _violet,
      );
    const body = new FormData();
    body.append("_violet", hidden);
    body.append("n", new Blob(["x"]), "a.txt");
    const refused = await browser.post("/_violet/form?/", body);
    assert.equal(refused.status, 415);
    assert.match(refused.html, /E_UPLOAD: &quot;n&quot; brings a file/);
    const none = new FormData();
    none.append("_violet", hidden);
    none.append("n", "2");
    none.append("file", new Blob([]), "");
    assert.equal((await browser.post("/_violet/form?/", none)).status, 303);
    const { status, headers } = await fetch(`${served.url}/_violet/form`);
    assert.deepEqual([status, headers.get("allow")], [405, "POST"]);
  });

  test("are taken so often from one session, and then come back", async () => {
    const browser = await visit();
    const { fields = [] } = browser.page.forms[0] ?? {};
    const send = () => browser.post("/_violet/form?/", new URLSearchParams(fields as [string, string][]));
    const answers = await Promise.all(Array.from({ length: 60 }, send));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0 && refused.length < 60, String(refused.length));
    assert.match(textOf(refused[0]?.html ?? ""), /Wait a moment/);
  });

  test("warn when they are rendered of fields that no object can have, and are refused with E_BAD_KEY", async () => {
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    const browser = await visit("/names");
    await browser.open("/names");
    console.warn = warn;
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /name="then" on <input>: press\(\) cannot take it. E_BAD_KEY: .*"then"/);
    const { status, html } = await browser.send(0);
    assert.equal(status, 400);
    assert.match(textOf(html), /E_BAD_KEY: A key, &quot;form.then&quot;, is not allowed/);
  });

  test("have the params that a template gives by properties", async () => {
    const browser = await visit("/started");
    assert.equal((await browser.send(0)).status, 303);
    await browser.follow();
    assert.match(shown(browser), /Count: 8/);
  });

  test("have any names where their callback takes no object: none at all, or fields by their names", async () => {
    const browser = await visit("/names");
    for (const number of [1, 2]) {
      assert.equal((await browser.send(number, { constructor: "4" })).status, 303);
      await browser.open("/names");
    }
    assert.match(shown(browser), /Count: 5/);
  });

  test("take names of JavaScript's own parts for no fields", async () => {
    const browser = await visit("/signup");
    const { status } = await browser.send(0, { ...signup, __proto__x: "1", constructor: "2" } as never);
    assert.equal(status, 400);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });
});
