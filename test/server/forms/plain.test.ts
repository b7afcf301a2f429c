/** Forms of plain HTML inside `<violet-live>`, without JavaScript. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, integer, object, string } from "superstruct";
import { live } from "../../../server/index.ts";
import { HttpBrowser, textOf } from "../../support/http-form.ts";
import { type Served, serve } from "../../support/serve.ts";
import { after, assert, before, suite, test } from "../../support/suite.ts";

const Item = object({ id: string(), n: integer(), by: object({ name: string() }) });
const item = (id: string) => ({ id, n: 1, by: { name: `owner of ${id}` } });
const list = live({
  state: object({ items: array(Item), last: string() }),
  initial: () => ({ items: [item("a"), item("b")], last: "" }),
  callbacks: (callback) => ({
    remove: callback([string()], (state, id) => {
      state.items = state.items.filter((each) => each.id !== id);
    }),
    set: callback([string(), integer(), string(), integer()], (state, id, n, by, index) => {
      state.last = `${id} ${n} ${by} ${index}`;
    }),
  }),
});

const page = `<!doctype html><title>Plain</title>
<form @submit.prevent="other.framework({ a: 1 })"><input name="n"></form>
<violet-live component="list"><p data-text="last"></p>
  <template data-each="items" data-key="id"><div>
    <form @submit="remove(id)"><button>Remove</button></form>
    <form data-on-submit="set(id, n, by.name, $index)"><input name="n"><input name="count"></form>
    <form @submit="set(id, count, by.name, 0)"><input name="count"></form>
  </div></template>
  <form @submit="remove(id)"><input name="id"></form>
  <form @submit="nobody(id)" action="/own"><input name="id"></form>
</violet-live>`;

suite("forms of plain HTML", () => {
  let served: Served;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "violet-forms-"));
    writeFileSync(join(folder, "list.html"), page);
    writeFileSync(
      join(folder, "faulty.html"),
      `<violet-live component="list"><form @submit="remove("></form></violet-live>`,
    );
    writeFileSync(
      join(folder, "bound.html"),
      `<violet-local store="plain-key" initial='{"key":"k"}'><violet-live component="list" data-attr-key="key"
        ><p data-text="last">as written</p><form @submit="remove(id)"><input name="id"></form></violet-live></violet-local>`,
    );
    served = await serve((site, app) => site.use(app.pages(folder)), { modules: { list: { list } } });
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await served.close();
  });
  const visit = () => HttpBrowser.visit(served.url, "/list.html");
  const called = (browser: HttpBrowser) =>
    browser.page.forms.filter(({ action }) => action?.startsWith("/_violet/")).map(({ hidden }) => hidden);

  test("call what their attributes say, with the values of their rows", async () => {
    const browser = await visit();
    assert.deepEqual(
      called(browser).map(({ callback, args }) => [callback, args]),
      [
        ...["a", "b"].flatMap((id, index) => {
          const rest = [{ value: `owner of ${id}` }, { value: index }];
          return [
            ["remove", [{ value: id }]],
            ["set", [{ value: id }, { value: 1 }, ...rest]],
            ["set", [{ value: id }, { name: "count" }, rest[0], { value: 0 }]],
          ];
        }),
        ["remove", [{ name: "id" }]],
      ],
    );
    assert.doesNotMatch(browser.page.html, /data-violet-args/);
  });

  test("leave alone what is no call of a component: of another framework, of nobody, and what is not in the page", async () => {
    const browser = await visit();
    const { html } = browser.page;
    assert.ok(html.includes(`<form @submit.prevent="other.framework({ a: 1 })"><input name="n"></form>`));
    assert.ok(html.includes(`<form @submit="nobody(id)" action="/own"><input name="id"></form>`));
    assert.match(
      html,
      /<template data-each="items" data-key="id"><div>\s*<form @submit="remove\(id\)"><button>/,
    );
  });

  test("leave alone an element whose key is bound: the browser mounts it", async () => {
    const { page } = await HttpBrowser.visit(served.url, "/bound.html");
    assert.ok(page.html.includes(`<p data-text="last">as written</p><form @submit="remove(id)"><input`));
    assert.match(page.html, /<violet-live [^>]*key="k"/);
    assert.doesNotMatch(page.html, /_violet\/form|data-violet-live/);
  });

  test("reach the callbacks, by row and by field", async () => {
    const browser = await visit();
    const form = (callback: string, id: string, name?: string) =>
      browser.page.forms.findIndex(
        ({ hidden, fields }) =>
          JSON.stringify([hidden?.callback, hidden?.args]).includes(`["${callback}",[{"value":"${id}"}`) &&
          (name === undefined || fields.some(([each]) => each === name)),
      );
    await browser.send(form("remove", "a"));
    await browser.follow();
    assert.equal(form("remove", "a"), -1);
    const { status } = await browser.send(form("set", "b") + 1, { count: "7" });
    assert.equal(status, 303);
    await browser.follow();
    assert.match(textOf(browser.page.html), /b 7 owner of b 0/);
  });

  test("come back to their own row, wherever that is by then", async () => {
    const [browser, other] = [await visit(), await visit()];
    other.cookie = browser.cookie;
    await other.open("/list.html");
    const argsIn = ({ page }: HttpBrowser) => page.forms.map(({ hidden }) => JSON.stringify(hidden?.args));
    const typing = argsIn(browser).findIndex((args) => args?.startsWith('[{"value":"b"},{"name":"count"}'));
    await other.send(argsIn(other).indexOf('[{"value":"a"}]'));
    const { status, forms } = await browser.send(typing, { count: "many" });
    assert.equal(status, 422);
    const filled = forms.filter((form) => form.get("count").includes("many"));
    assert.deepEqual(
      filled.map(({ hidden }) => hidden?.args),
      [[{ value: "b" }, { name: "count" }, { value: "owner of b" }, { value: 0 }]],
    );
  });

  test("have calls that are read when their page is rendered", async () => {
    const { status, html } = await served.get("/faulty.html");
    assert.equal(status, 500);
    assert.match(html, /@submit on &lt;form&gt;: &quot;remove\(&quot; is not a call/);
  });
});
