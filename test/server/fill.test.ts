import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DefaultTreeAdapterTypes, parse, parseFragment, serialize } from "parse5";
import { array, integer, object, optional, record, string } from "superstruct";
import { VioletElement } from "../../elements/violet-element.ts";
import { live, server } from "../../server/index.ts";
import { html, shared } from "../../src/index.ts";
import { bindingCases, tagOf } from "../support/html-bindings.ts";
import { type MemoryLogger, type Served, serve } from "../support/serve.ts";
import { after, assert, before, suite, test } from "../support/suite.ts";

shared("fill-poll", {
  state: object({ question: string(), answers: array(object({ id: string(), text: string() })) }),
  initial: () => ({ question: "<b>Which?</b>", answers: [{ id: "a", text: "A" }] }),
  actions: (action) => ({ vote: action([string()], () => {}) }),
});
const secret = shared("fill-secret", {
  state: object({ word: string() }),
  initial: () => ({ word: "hush" }),
});
server.access(secret, { read: () => false });
const room = shared.family("fill-room", {
  key: string(),
  state: object({ topic: string(), n: integer() }),
  initial: (key) => ({ topic: `about ${key}`, n: 1 }),
});
server.access(room, { read: async (_, { key }) => key !== "closed" });

const answer = live({
  state: object({ of: string() }),
  params: object({ of: string() }),
  initial: ({ params }) => params,
});

const profile = live({
  state: object({ name: string(), note: optional(string()), votes: record(string(), integer()) }),
  initial: () => ({ name: "Ada", votes: {} }),
});

/** Throws where it has no row: it must not be rendered with the template of its row. */
class FillCard extends VioletElement {
  static override properties = { text: {} };
  declare text: string | undefined;
  override render() {
    return html`<i>${this.text ?? "no text"}</i>`;
  }
}
customElements.define("fill-card", FillCard);
class FillBox extends VioletElement {
  override render() {
    return html`<b data-text="question">own</b><violet-shared store="fill-poll"><i data-text="question"></i></violet-shared>`;
  }
}
customElements.define("fill-box", FillBox);

/** The content of an element, as browsers understand it: attributes have no order. */
function contentOf(parent: DefaultTreeAdapterTypes.ParentNode): string {
  for (const node of all(parent)) if ("attrs" in node) node.attrs.sort((a, b) => (a.name < b.name ? -1 : 1));
  return serialize(parent);
}

function* all(parent: DefaultTreeAdapterTypes.ParentNode): Generator<DefaultTreeAdapterTypes.ChildNode> {
  for (const node of parent.childNodes) {
    yield node;
    if ("content" in node) yield* all(node.content as DefaultTreeAdapterTypes.DocumentFragment);
    if ("childNodes" in node) yield* all(node);
  }
}

/** The plain HTML in a provider's tag: without its shadow root. */
function filledIn(page: string, store: string): string {
  for (const node of all(parse(page)))
    if ("attrs" in node && node.attrs.some(({ name, value }) => name === "store" && value === store)) {
      node.childNodes.shift();
      return contentOf(node);
    }
  return "no such tag";
}

suite("the bindings of plain HTML on the server", () => {
  let served: Served;
  let folder: string;
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "violet-fill-"));
    write(
      "cases.html",
      `<!doctype html><title>Cases</title>${bindingCases.map((each, index) => tagOf(each, index, each.html)).join("\n")}`,
    );
    served = await serve(
      (site, app) => {
        site.get(
          "/page",
          app.page(() => html`<violet-shared store="fill-poll"><p data-text="question"></p></violet-shared>`),
        );
        site.use("/mark", app.pages(folder, { onRenderError: "mark" }));
        site.use(app.pages(folder));
      },
      { modules: { answer: { answer }, profile: { profile } } },
    );
  });
  after(async () => {
    await served.close();
    rmSync(folder, { recursive: true });
  });

  for (const [index, { title, filled }] of bindingCases.entries())
    test(`fill ${title}`, async () => {
      const { html: page } = await served.get("/cases.html");
      assert.equal(filledIn(page, `case-${index}`), contentOf(parseFragment(filled)));
    });

  /** What is served of a file's body, without what makes the page live. */
  async function shown(body: string): Promise<{ status: number; text: string; payload: unknown }> {
    write("shown.html", `<!doctype html><title>Shown</title><body>${body}</body>`);
    const { status, html: page, payload } = await served.get("/shown.html");
    const [, text = ""] = /<body>(.*?)(<script [^>]*id="violet"|<\/body>)/s.exec(page) ?? [];
    return { status, text: text.replace(/<template shadowroot.*?<\/template>/gs, "").trim(), payload };
  }

  test("leave every byte as it stands that they do not bind", async () => {
    const odd = `<P  CLASS='a'   title=x&amp;y>1 &lt; 2</P><br/><!-- data-text="question" --><input disabled value='&quot;'>\r\n<svg viewBox="0 0 1 1"/>`;
    const { text } = await shown(
      `${odd}<violet-shared store="fill-poll">${odd}<b\n id='q'  data-text="question"   >?</b >${odd}</violet-shared>${odd}<b data-text="question">outside</b>`,
    );
    // Lit writes a second space into the tags of elements.
    assert.equal(
      text.replace("<violet-shared  ", "<violet-shared "),
      `${odd}<violet-shared store="fill-poll">${odd}<b\n id='q'  data-text="question"   >&lt;b&gt;Which?&lt;/b&gt;</b >${odd}</violet-shared>${odd}<b data-text="question">outside</b>`,
    );
  });

  test("fill what app.page renders, and tell its page what the actions are called", async () => {
    const { html: page, payload } = await served.get("/page");
    assert.match(page, /<p data-text="question">&lt;b&gt;Which\?&lt;\/b&gt;<\/p>/);
    assert.deepEqual<unknown>(Reflect.get(payload?.stores["fill-poll"] ?? {}, "actions"), ["vote"]);
  });

  test("read nothing for a page that binds nothing", async () => {
    const { payload } = await shown(`<violet-shared store="fill-secret"><p>plain</p></violet-shared>`);
    assert.deepEqual<unknown>((payload as { stores: unknown }).stores, {});
  });

  test("are those of the nearest provider, in an element's shadow root its own alone", async () => {
    const { text } = await shown(
      `<violet-shared store="fill-poll"><violet-local store="fill-near" initial='{"question":"near"}'><b data-text="question"></b></violet-local><u data-text="question"></u></violet-shared>`,
    );
    assert.match(text, /<b data-text="question">near<\/b>.*<u data-text="question">&lt;b&gt;/);
    write(
      "box.html",
      `<violet-local store="fill-far" initial='{"question":"far"}'><fill-box></fill-box></violet-local>`,
    );
    const { html: page } = await served.get("/box.html");
    assert.match(page, /<b data-text="question">own<\/b>/);
    assert.match(page, /<i data-text="question">&lt;b&gt;Which\?&lt;\/b&gt;<\/i>/);
  });

  /** What is warned of while a page is shown twice. */
  async function warningsOf(body: string): Promise<string[]> {
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    await shown(body);
    await shown(body);
    console.warn = warn;
    return warnings;
  }

  test("are warned of, once, where their path leads nowhere, with the names that there are", async () => {
    const warnings = await warningsOf(
      `<violet-shared store="fill-poll"><h1 data-text="qestion"></h1><h1 data-text="qestion"></h1>
       <template data-each="answer"><p></p></template>
       <template data-each="answers"><p data-class="on: txt" data-text="question"></p></template>
       <violet-live component="profile"><p data-attr-title="nmae" data-text="question"></p></violet-live></violet-shared>`,
    );
    assert.deepEqual(warnings, [
      'violet: data-text="qestion" on <h1> leads nowhere. There are: question, answers.',
      'violet: data-each="answer" on <template> leads nowhere. There are: question, answers.',
      'violet: data-class-on="txt" on <p> leads nowhere. There are: $index, $value, id, text, question, answers. A key that only some rows have needs a value in all (null).',
      'violet: data-attr-title="nmae" on <p> leads nowhere. There are: name, note, votes, question, answers.',
    ]);
  });

  test("are not warned of where something may come: an optional key, one of a record, of a list, of any state", async () => {
    const warnings = await warningsOf(
      `<violet-shared store="fill-poll"><i data-text="answers.7.text"></i><i data-text="answers.length"></i></violet-shared>
       <violet-live component="profile"><i data-show="!note" data-text="votes.ada"></i></violet-live>
       <i data-text="other"></i>`,
    );
    assert.deepEqual(warnings, []);
  });

  test("are warned of where the rows of a list would share a live component, as its key is not bound", async () => {
    const rowOf = (attributes: string) =>
      `<violet-shared store="fill-poll"><template data-each="answers" data-key="id"><violet-live component="profile" ${attributes}></violet-live></template></violet-shared>`;
    assert.deepEqual(await warningsOf(rowOf('data-attr-key="id"')), []);
    const warnings = await warningsOf(rowOf(""));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /<violet-live> stands in a list without a key/);
  });

  test("leave the elements of rows to the browser", async () => {
    write(
      "rows.html",
      `<!doctype html><violet-shared store="fill-poll"><template data-each="answers" data-key="id"><fill-card data-attr-text="text"><s>light</s></fill-card></template></violet-shared>`,
    );
    const { html: page } = await served.get("/rows.html");
    assert.match(
      page.replaceAll("<fill-card  ", "<fill-card ").replaceAll('"A"  data', '"A" data'),
      /<template data-each="answers" data-key="id"><fill-card data-attr-text="text"><s>light<\/s><\/fill-card><\/template><!--violet-row "a"--><fill-card text="A" data-attr-text="text"><s>light<\/s><\/fill-card><!--\/violet-row-->/,
    );
  });

  test("leave to the browser the live elements whose key or params they fill", async () => {
    const { status, text, payload } = await shown(
      `<violet-shared store="fill-poll"><template data-each="answers" data-key="id"><violet-live component="answer" data-attr-key="id" data-attr-of="text"><b data-text="question">?</b></violet-live></template><violet-live component="answer" of="page" data-attr-aria-label="question"><i data-text="of"></i></violet-live></violet-shared>`,
    );
    assert.equal(status, 200);
    const [, row = ""] = /<!--violet-row "a"-->(.*)<!--\/violet-row-->/.exec(text) ?? [];
    assert.equal(
      contentOf(parseFragment(row)),
      `<violet-live component="answer" data-attr-key="id" data-attr-of="text" key="a" of="A"><b data-text="question">?</b></violet-live>`,
    );
    assert.match(text, /data-violet-key="~0"[^>]*><i data-text="of">page<\/i>/);
    assert.deepEqual(Object.keys((payload as { stores: object }).stores), ["fill-poll", "@answer/~0"]);
  });

  test("load the rooms that they read in the passes of the page", async () => {
    const { text, payload } = await shown(
      `<violet-shared store="fill-room/one"><b data-text="topic"></b></violet-shared><violet-shared store="fill-room/two"><i data-text="topic"></i></violet-shared>`,
    );
    assert.match(text, /<b data-text="topic">about one<\/b>.*<i data-text="topic">about two<\/i>/);
    assert.deepEqual(Object.keys((payload as { stores: object }).stores).sort(), [
      "fill-room/one",
      "fill-room/two",
    ]);
  });

  test("obey the rights of the page's client: what it may not read fails as it does in an element", async () => {
    for (const store of ["fill-secret", "fill-room/closed"]) {
      const { status, text } = await shown(
        `<violet-shared store="${store}"><b data-text="word"></b></violet-shared>`,
      );
      assert.equal(status, 403);
      assert.doesNotMatch(text, /hush|about/);
    }
    write(
      "mark.html",
      `<violet-shared store="fill-secret"><b data-text="word">?</b></violet-shared><violet-shared store="fill-poll"><i data-text="question"></i></violet-shared>`,
    );
    const { status, html: page } = await served.get("/mark/mark.html");
    assert.equal(status, 200);
    assert.doesNotMatch(page, /hush/);
    assert.match(page, /<b data-text="word">\?<\/b>.*<i data-text="question">&lt;b&gt;/s);
  });

  test("T42 show what others wrote as text, in attributes and keys too, and link to nothing that would run", async () => {
    const word = `</b>"'><script>alert(1)</script>--><img src=x onerror=alert(1)>`;
    const state = JSON.stringify({ word, url: "java\nscript:alert(1)", list: [{ id: word }] }).replaceAll(
      "'",
      "&#39;",
    );
    const { text } = await shown(
      `<violet-local store="fill-hostile" initial='${state}'><b data-text="word" data-attr-title="word"></b><textarea data-model="word"></textarea><input data-model="word"><a data-attr-href="url">x</a><template data-each="list" data-key="id"><i></i></template></violet-local>`,
    );
    const content = parseFragment(text.slice(text.indexOf(">") + 1));
    const tags = [...all(content)].flatMap((node) => ("tagName" in node ? [node.tagName] : []));
    assert.deepEqual(tags, ["b", "textarea", "input", "a", "template", "i", "i"]);
    assert.match(text, /<a href="about:invalid#violet"/);
  });

  test("T42 are no way to code, and name what is refused", async () => {
    for (const [html, error] of [
      [`<a data-attr-onclick="question">`, /data-attr-onclick on <a> is never bound/],
      [`<iframe data-attr-srcdoc="question"></iframe>`, /data-attr-srcdoc on <iframe> is never bound/],
      [`<script data-text="question"></script>`, /data-text on <script> is never bound/],
      [`<a data-attr-data-on-click="question">`, /is never bound/],
      [`<b data-text="alert(1)">`, /"alert\(1\)" is no path/],
      [`<template data-each="answers"><b>`, /its <\/template> is missing/],
    ] as const) {
      const { status } = await shown(`<violet-shared store="fill-poll">${html}</violet-shared>`);
      assert.equal(status, 500, html);
      const { errors } = (served.app as unknown as { settings: { logger: MemoryLogger } }).settings.logger;
      assert.match(String(errors.at(-1)?.err.message), error);
    }
  });
});
