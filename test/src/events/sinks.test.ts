// What people should not write, and what other people do.
/* oxlint-disable lit/no-invalid-html, lit/binding-positions, lit/no-useless-template-literals, no-script-url */
import { html as litHtml, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { styleMap } from "lit/directives/style-map.js";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import { html } from "../../../src/events/html.ts";
import { assert, suite, test } from "../../support/suite.ts";

const inert = "about:invalid#violet";
const valuesOf = (template: TemplateResult) => template.values;

suite("a URL", () => {
  const dangerous = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " \n\u0001javascript:alert(1)",
    "java\tscr\r\nipt\n:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:,x",
    "DATA:application/xhtml+xml,x",
  ];
  const harmless = [
    "",
    "/a",
    "a/b?c=javascript:d",
    "//elsewhere.example/",
    "https://a.example/javascript:x",
    "mailto:a@b.example",
    "blob:https://a.example/1",
    "data:image/png;base64,AA==",
    "data:font/woff2;base64,AA==",
    "#javascript:x",
    "notjavascript:x",
  ];

  for (const url of dangerous)
    test(`T42 a URL never is ${JSON.stringify(url)}, as attribute or property`, () => {
      const pages = [
        html`<a href=${url}></a>`,
        html`<svg><a xlink:href="${url}"></a></svg>`,
        html`<iframe src='${url}'></iframe>`,
        html`<form action = ${url}></form>`,
        html`<button FormAction=${url}></button>`,
        html`<object data=${url}></object>`,
        html`<a title="a > b" .href=${url}></a>`,
        html`<img srcset=${url} alt="">`,
        html`<video poster=${url}></video>`,
        html`<a ping=${url} href="/"></a>`,
        html`<animate to=${url} />`,
        html`<animate from=${url} />`,
      ];
      for (const page of pages) assert.deepEqual(valuesOf(page), [inert], page.strings.join("?"));
    });

  for (const url of harmless)
    test(`may be ${JSON.stringify(url)}`, () =>
      assert.deepEqual(valuesOf(html`<a href=${url}></a><img .src=${url} alt="">`), [url, url]));

  test("is looked at as a whole when several values make its beginning", () => {
    const [a, b] = ["java", "script:alert(1)"];
    assert.deepEqual(valuesOf(html`<a href="${a}${b}"></a>`), [inert, inert]);
    assert.deepEqual(valuesOf(html`<a href="${"javascript"}:${b}"></a>`), [inert, inert]);
    assert.deepEqual(valuesOf(html`<a href="${"javascript"}:alert(1)"></a>`), [inert]);
    assert.deepEqual(valuesOf(html`<a href="java${b}"></a>`), [inert]);
    assert.deepEqual(valuesOf(html`<a href="  ${null}${a}\n${b}"></a>`), [null, inert, inert].fill(inert));
    assert.deepEqual(valuesOf(html`<a href=${a}${b}></a>`), [inert, inert]);
  });

  test("is any text behind a fixed beginning", () => {
    const url = "javascript:alert(1)";
    assert.deepEqual(valuesOf(html`<a href="/${url}"></a><a href="?q=${url}${url}"></a>`), [url, url, url]);
    assert.deepEqual(valuesOf(html`<a href="https://a.example/${url}"></a>`), [url]);
  });

  test("does not begin as code in the template's own text", () => {
    assert.throws(() => html`<a href="javascript:go('${"x"}')"></a>`, {
      code: "E_SINK",
      message: /^href on <a>/,
    });
    assert.throws(() => html`<iframe src="data:text/html,${"x"}"></iframe>`, { code: "E_SINK" });
    assert.doesNotThrow(() => html`<a href="javascript:history.back()">${"x"}</a>`);
  });

  test("in a list of an animation's values is looked at by itself", () => {
    const list = "#a; javascript:alert(1)";
    assert.deepEqual(valuesOf(html`<animate values=${list} /><animate VALUES=${list} />`), [inert, inert]);
    assert.deepEqual(valuesOf(html`<animate values="#a;${list}" />`), [inert]);
    assert.deepEqual(valuesOf(html`<animate values="/a/${"b"};${"javascript:alert(1)"}" />`), [inert, inert]);
    assert.deepEqual(valuesOf(html`<animate values="0;${"1"};2" />`), ["1"]);
    assert.deepEqual(valuesOf(html`<animate values=${"0;1"} />`), ["0;1"]);
  });

  test("of a frame is no data, for an image may hold scripts", () => {
    const image = "data:image/svg+xml,<svg/>";
    assert.deepEqual(valuesOf(html`<iframe src=${image}></iframe><embed src=${image}>`), [inert, inert]);
    assert.deepEqual(valuesOf(html`<img src=${image} alt="">`), [image]);
  });

  test("is no directive, whose values come later, and may be nothing", () => {
    assert.deepEqual(valuesOf(html`<a href=${live("/")}></a>`), [inert]);
    assert.deepEqual(valuesOf(html`<a href=${nothing}></a><a href=${null}></a>`), [nothing, null]);
  });

  test("may be an object that has a text", () => {
    const url = new URL("https://a.example/");
    assert.deepEqual(valuesOf(html`<a href=${url}></a>`), [url]);
    assert.deepEqual(valuesOf(html`<a href=${new URL("javascript:alert(1)")}></a>`), [inert]);
    assert.deepEqual(valuesOf(html`<a href=${["javascript:alert(1)"]}></a>`), [inert]);
  });

  test("is an element's own where browsers do not read it", () => {
    const text = "javascript: the good parts";
    const data = { toString: 1 };
    const page = html`<x-book href=${text} .data=${data} .values=${[data]}></x-book><p title=${text}>${text}</p>`;
    assert.deepEqual(valuesOf(page), [text, data, [data], text, text]);
    assert.equal(valuesOf(page)[1], data);
  });
});

suite("a style", () => {
  const styled = (value: unknown) => valuesOf(html`<p style="color: ${value}; margin: 0"></p>`)[0];

  test("T42 takes values of properties, and nothing that fetches, hides or ends one", () => {
    for (const value of ["red", "rgb(0 0 0 / 50%)", "inset(1px)", "var(--x)", 3, "calc(1px + 2em)"])
      assert.equal(styled(value), value);
    for (const value of [
      "red; position: fixed",
      "red } p { color: blue",
      "url(//evil.example)",
      "URL( //evil.example)",
      "image-set('//evil.example' 1x)",
      "-webkit-image-set('//evil.example' 1x)",
      "image('//evil.example')",
      "src('//evil.example')",
      "\\75rl(//evil.example)",
      "</style><script>",
    ])
      assert.equal(styled(value), inert, value);
  });

  test("is looked at as a whole when several values make it", () => {
    const page = html`<p style="filter: ${"url"}(${"//evil.example"})"></p>`;
    assert.deepEqual(valuesOf(page), [inert, inert]);
    assert.deepEqual(valuesOf(html`<p style="color: ${"ur"}${"l(//evil.example)"}"></p>`), [inert, inert]);
  });

  test("may fetch what the template itself names", () => {
    const page = (name: string) =>
      valuesOf(html`<p style="background: url(/images/${name}.png); top: 1px"></p>`);
    assert.deepEqual(page("cat"), ["cat"]);
    assert.deepEqual(page("x), url(//evil.example"), [inert]);
  });

  test("may have several declarations where a value is the whole of it", () => {
    const value = "left: 1px; top: 2px";
    assert.deepEqual(valuesOf(html`<p style=${value}></p>`), [value]);
    assert.deepEqual(valuesOf(html`<p style=" ${"top: 1px; background: url(//evil.example)"}"></p>`), [
      inert,
    ]);
    assert.deepEqual(valuesOf(html`<p .style=${"background: url(//evil.example)"}></p>`), [inert]);
  });

  test("is left to styleMap, whose properties the template names", () => {
    const map = styleMap({ color: "red" });
    assert.equal(valuesOf(html`<p style=${map}></p>`)[0], map);
  });

  test("and a script have no values in their text", () => {
    assert.throws(() => html`<style>p { color: ${"red"} }</style>`, {
      code: "E_SINK",
      message: /^text on <style> .*styleMap/,
    });
    assert.throws(() => html`<script>alert(${"red"})</script>`, { code: "E_SINK" });
    assert.doesNotThrow(() => html`<style>p { color: red }</style><b>${"x"}</b><title>${"x"}</title>`);
  });
});

suite("JSON where a template takes a value", () => {
  const poison = [
    { toString: 1 },
    { valueOf: 1, toString: null },
    { _$litType$: 1 },
    { _$litType$: 1, strings: ["<img src=x onerror=alert(1)>"], values: [] },
    { _$litType$: 1, strings: { raw: ["<b>"] }, values: [] },
    { _$litType$: { h: ["<b>"] }, values: [] },
    { _$litDirective$: {}, values: [] },
    { _$litStatic$: "<b>" },
    { nodeType: 1 },
    JSON.parse('{"__proto__":{"toString":1}}'),
    Object.create(null),
  ];

  for (const value of poison)
    test(`T42 is text: ${JSON.stringify(value)}`, () => {
      const text = "[object Object]";
      const page = html`<p title=${value} class="a ${value}" .title=${value} ${value}>${value}${[[value], "a"]}</p>`;
      assert.deepEqual(valuesOf(page), [text, text, text, text, text, [[text], "a"]]);
    });

  test("is itself as a property of a component, but for what Lit takes for a directive", () => {
    const [directive] = poison.filter((value) => "_$litDirective$" in value);
    for (const value of poison)
      assert.equal(
        valuesOf(html`<x-a .item=${value}></x-a>`)[0],
        value === directive ? "[object Object]" : value,
      );
  });

  test("leaves templates, directives, and objects with a text of their own as they are", () => {
    const date = new Date(0);
    const given = [html`<b></b>`, litHtml`<b></b>`, unsafeHTML("<b>"), date, new Set([1]), nothing];
    assert.deepEqual(
      valuesOf(html`<p>${given[0]}${given[1]}${given[2]}${date}${given[4]}${nothing}</p>`),
      given,
    );
    assert.deepEqual(valuesOf(html`<p>${given}</p>`), [given]);
  });
});
