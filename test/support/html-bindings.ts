/** What plain HTML shows, the same on the server and in the browser: docs/bindings.md says it in words. */

export interface BindingCase {
  readonly title: string;
  /** The HTML of a page's author. */
  readonly html: string;
  readonly state: Readonly<Record<string, unknown>>;
  /** The same, filled. */
  readonly filled: string;
}

const hostile = `"><script>document.title = 'hit'</script><img src=x onerror=hit()>'-->`;
const escaped =
  "&quot;&gt;&lt;script&gt;document.title = &#39;hit&#39;&lt;/script&gt;&lt;img src=x onerror=hit()&gt;&#39;--&gt;";

/** What `x` is, and what it is as a text, whether it counts as true, as an attribute, and as one that says false. */
const values: readonly [
  is: string,
  x: unknown,
  text: string,
  isTrue: boolean,
  title: string | null,
  aria: string | null,
][] = [
  ["missing", undefined, "", false, null, null],
  ["null", null, "", false, null, null],
  ["false", false, "false", false, null, "false"],
  ["true", true, "true", true, "", "true"],
  ["0", 0, "0", false, "0", "0"],
  ["7.5", 7.5, "7.5", true, "7.5", "7.5"],
  ["an empty text", "", "", false, "", ""],
  ["a text", "a b", "a b", true, "a b", "a b"],
  ["an empty list", [], "[]", false, "[]", "[]"],
  ["a list", [1], "[1]", true, "[1]", "[1]"],
  ["an object", { a: 1 }, "{&quot;a&quot;:1}", true, "{&quot;a&quot;:1}", "{&quot;a&quot;:1}"],
  ["hostile", hostile, escaped, true, escaped, escaped],
];

const attribute = (name: string, value: string | null) => (value === null ? "" : ` ${name}="${value}"`);

const ofValues = values.flatMap(([is, x, text, isTrue, title, aria]): BindingCase[] => {
  const state = x === undefined ? {} : { x };
  const open = isTrue ? " open" : "";
  const of = (title: string, html: string, filled: string): BindingCase => ({ title, html, state, filled });
  return [
    of(`data-text of ${is}`, `<b data-text="x">?<i>?</i></b>`, `<b data-text="x">${text}</b>`),
    of(
      `data-show of ${is}`,
      `<b data-show="x">?</b><b hidden data-show="!x">?</b>`,
      `<b${isTrue ? "" : " hidden"} data-show="x">?</b><b${isTrue ? " hidden" : ""} data-show="!x">?</b>`,
    ),
    of(
      `data-class of ${is}`,
      `<b class="a" data-class-open="x">?</b><b class="a shut" data-class="open: x, shut: !x">?</b>`,
      `<b class="a${open}" data-class-open="x">?</b><b class="a ${isTrue ? "open" : "shut"}" data-class="open: x, shut: !x">?</b>`,
    ),
    of(
      `data-attr of ${is}`,
      `<b title="old" data-attr-title="x" data-attr-aria-busy="x">?</b>`,
      `<b${attribute("title", title)}${attribute("aria-busy", aria)} data-attr-title="x" data-attr-aria-busy="x">?</b>`,
    ),
    of(
      `data-model of ${is}`,
      `<input data-model="x"><textarea data-model="x"></textarea><input type="checkbox" value="a" data-model="x">`,
      `<input${text === "" ? "" : attribute("value", text)} data-model="x"><textarea data-model="x">${text}</textarea>` +
        `<input type="checkbox"${isTrue && !Array.isArray(x) ? " checked" : ""} value="a" data-model="x">`,
    ),
    of(
      `data-each of ${is}`,
      `<template data-each="x"><b data-text="$value">?</b></template>`,
      `<template data-each="x"><b data-text="$value">?</b></template>${
        isTrue && Array.isArray(x) ? `<!--violet-row 0--><b data-text="$value">1</b><!--/violet-row-->` : ""
      }`,
    ),
  ];
});

const people = [
  { id: "a", name: "Ada", tags: ["x", "y"] },
  { id: "b", name: "Bob", tags: [] },
];
const row = (key: string, content: string) => `<!--violet-row ${key}-->${content}<!--/violet-row-->`;

export const bindingCases: readonly BindingCase[] = [
  ...ofValues,
  {
    title: "paths by own keys, through objects, lists and texts",
    html: `<i data-text="a.b.c">?</i><i data-text="l.1">?</i><i data-text="l.length">?</i><i data-text="a.constructor">?</i><i data-text="constructor">?</i><i data-text="__proto__">?</i><i data-text="n.x.y">?</i>`,
    state: { a: { b: { c: "deep" } }, l: ["p", "q"], n: null },
    filled: `<i data-text="a.b.c">deep</i><i data-text="l.1">q</i><i data-text="l.length">2</i><i data-text="a.constructor"></i><i data-text="constructor"></i><i data-text="__proto__"></i><i data-text="n.x.y"></i>`,
  },
  {
    title: "URLs that would run code",
    html: `<a data-attr-href="bad">a</a><a data-attr-href="good">b</a><iframe data-attr-src="frame"></iframe>`,
    state: {
      bad: " java\tscript:alert(1)",
      good: "/a?b=1&c=2",
      frame: "data:image/svg+xml,<svg onload=alert(1)>",
    },
    filled: `<a href="about:invalid#violet" data-attr-href="bad">a</a><a href="/a?b=1&amp;c=2" data-attr-href="good">b</a><iframe src="about:invalid#violet" data-attr-src="frame"></iframe>`,
  },
  {
    title: "rows by their keys, with names from outside",
    html: `<ul><template data-each="people" data-key="id"><li data-class-me="$index"><b data-text="name">?</b> <i data-text="title">?</i></li></template></ul>`,
    state: { people, title: "all", name: "outside" },
    filled: `<ul><template data-each="people" data-key="id"><li data-class-me="$index"><b data-text="name">?</b> <i data-text="title">?</i></li></template>${row(
      '"a"',
      `<li data-class-me="$index"><b data-text="name">Ada</b> <i data-text="title">all</i></li>`,
    )}${row(
      '"b"',
      `<li class="me" data-class-me="$index"><b data-text="name">Bob</b> <i data-text="title">all</i></li>`,
    )}</ul>`,
  },
  {
    title: "rows in rows, beside each other and alone",
    html: `<p><template data-each="people" data-key="id"><template data-each="tags"><i data-text="$value">?</i><i data-text="name">?</i></template><u data-text="tags.length"></u></template></p>`,
    state: { people },
    filled: `<p><template data-each="people" data-key="id"><template data-each="tags"><i data-text="$value">?</i><i data-text="name">?</i></template><u data-text="tags.length"></u></template>${row(
      '"a"',
      `<template data-each="tags"><i data-text="$value">?</i><i data-text="name">?</i></template>${row(
        "0",
        `<i data-text="$value">x</i><i data-text="name">Ada</i>`,
      )}${row("1", `<i data-text="$value">y</i><i data-text="name">Ada</i>`)}<u data-text="tags.length">2</u>`,
    )}${row(
      '"b"',
      `<template data-each="tags"><i data-text="$value">?</i><i data-text="name">?</i></template><u data-text="tags.length">0</u>`,
    )}</p>`,
  },
  {
    title: "keys that would end their comment, and keys given twice",
    html: `<template data-each="l" data-key="$value"><i data-text="$value"></i></template>`,
    state: { l: ["--><b>", "a", "a", "\ud800"] },
    filled: `<template data-each="l" data-key="$value"><i data-text="$value"></i></template>${row(
      '"\\u002d\\u002d\\u003e\\u003cb\\u003e"',
      `<i data-text="$value">--&gt;&lt;b&gt;</i>`,
    )}${row('"a"', `<i data-text="$value">a</i>`)}${row('"a" 1', `<i data-text="$value">a</i>`)}${row(
      '"\\ud800"',
      `<i data-text="$value">\ufffd</i>`,
    )}`,
  },
  {
    title: "rows of tables",
    html: `<table><tbody><template data-each="l"><tr><td data-text="$value">?</td></tr></template></tbody></table>`,
    state: { l: ["a"] },
    filled: `<table><tbody><template data-each="l"><tr><td data-text="$value">?</td></tr></template>${row(
      "0",
      `<tr><td data-text="$value">a</td></tr>`,
    )}</tbody></table>`,
  },
  {
    title: "the options of selects",
    html: `<select data-model="one"><option value="a">A</option><option>b</option></select><select multiple data-model="many"><template data-each="l"><option data-attr-value="$value" data-text="$value"></option></template></select>`,
    state: { one: "b", many: ["x", "z"], l: ["x", "y", "z"] },
    filled: `<select data-model="one"><option value="a">A</option><option selected>b</option></select><select multiple data-model="many"><template data-each="l"><option data-attr-value="$value" data-text="$value"></option></template>${row(
      "0",
      `<option selected value="x" data-attr-value="$value" data-text="$value">x</option>`,
    )}${row("1", `<option value="y" data-attr-value="$value" data-text="$value">y</option>`)}${row(
      "2",
      `<option selected value="z" data-attr-value="$value" data-text="$value">z</option>`,
    )}</select>`,
  },
  {
    title: "radio buttons, and boxes that share a list",
    html: `<input type="radio" name="r" value="a" checked data-model="r"><input type="radio" name="r" value="2" data-model="r"><input type="checkbox" value="x" checked data-model="l"><input type="checkbox" value="y" data-model="l">`,
    state: { r: 2, l: ["y"] },
    filled: `<input type="radio" name="r" value="a" data-model="r"><input type="radio" name="r" value="2" checked data-model="r"><input type="checkbox" value="x" data-model="l"><input type="checkbox" value="y" checked data-model="l">`,
  },
  {
    title: "a text that begins with a line break",
    html: `<pre data-text="t"></pre><textarea data-model="t"></textarea>`,
    state: { t: "\na" },
    filled: `<pre data-text="t">\n\na</pre><textarea data-model="t">\n\na</textarea>`,
  },
  {
    title: "tags that are left open, and names in capitals",
    html: `<UL><LI DATA-TEXT="t">?<LI Data-Show="no">b</UL>`,
    state: { t: "a&b", no: "" },
    filled: `<UL><LI DATA-TEXT="t">a&amp;b<LI hidden="" Data-Show="no">b</UL>`,
  },
];

/** A page's HTML with the cases, each in a tag of its own. */
export const tagOf = ({ state }: BindingCase, index: number, html: string): string =>
  `<violet-local store="case-${index}" initial="${escapeAttribute(JSON.stringify(state))}">${html}</violet-local>`;

const escapeAttribute = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
