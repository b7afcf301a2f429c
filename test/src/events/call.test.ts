import { type Arg, parseCall } from "../../../src/events/call.ts";
import { hosts } from "../../../src/events/host.ts";
import { html } from "../../../src/events/html.ts";
import { pick, randomFrom, seed } from "../../support/seed.ts";
import { assert, suite, test } from "../../support/suite.ts";

const read = (text: string) => parseCall(text, () => "@click on <button>");
const args = (text: string) => read(`f(${text})`).args;

suite("a call in an attribute", () => {
  test("is a name, with or without a list", () => {
    assert.deepEqual(read("increment"), { name: "increment", args: undefined });
    assert.deepEqual(read(" increment ( ) "), { name: "increment", args: [] });
    for (const name of ["a", "$", "_x9", "größe", "constructor", "__proto__"])
      assert.equal(read(name).name, name);
  });

  const literals: [string, Arg][] = [
    ["'red'", { value: "red" }],
    [`"red"`, { value: "red" }],
    ["''", { value: "" }],
    [`'it\\'s "so" \\\\ \\n\\t\\"'`, { value: `it's "so" \\ \n\t"` }],
    [`"),'("`, { value: "),'(" }],
    ["'two\nlines'", { value: "two\nlines" }],
    ["10", { value: 10 }],
    ["-0.5", { value: -0.5 }],
    ["007", { value: 7 }],
    ["true", { value: true }],
    ["false", { value: false }],
    ["null", { value: null }],
    ["value", { name: "value" }],
    ["$index", { name: "$index" }],
    ["message.author.name", { name: "message.author.name" }],
    ["items.0.id", { name: "items.0.id" }],
    ["first-name", { name: "first-name" }],
    ["trueish", { name: "trueish" }],
    ["undefined", { name: "undefined" }],
    ["__proto__.x", { name: "__proto__.x" }],
  ];
  for (const [text, arg] of literals)
    test(`D3.2 E3.3.3 takes the argument ${JSON.stringify(text)}`, () => assert.deepEqual(args(text), [arg]));

  test("has several arguments, with white space anywhere between them", () => {
    const search = [{ name: "value" }, { value: "products" }, { value: 10 }];
    assert.deepEqual(read("search(value, 'products', 10)").args, search);
    assert.deepEqual(read("\n search\t(value,'products' ,\n10 )\n").args, search);
  });

  test("is read once, as long as there are not too many others", () => {
    const first = read("f('first')");
    assert.equal(read("f('first')"), first);
    for (let n = 0; n <= 1000; n++) read(`f(${n})`);
    assert.notEqual(read("f('first')"), first);
    assert.deepEqual(read("f('first')"), first);
  });

  const refused = [
    ...[
      "",
      " ",
      "()",
      "a b",
      "a;",
      "a()b",
      "a()()",
      "a)",
      "a(",
      "a(1",
      "a(1,)",
      "a(,1)",
      "a(1 2)",
      "1",
      "1()",
    ],
    ...[
      "a.b",
      "a.b()",
      "a[0]",
      "this.a()",
      "new A()",
      "a(b())",
      "a(b[0])",
      "a(b + 1)",
      "a(-b)",
      "a(!b)",
      "a(b => 1)",
    ],
    ...["a(1.)", "a(.5)", "a(+1)", "a(1e3)", "a(0x1)", "a(1n)", "a(10px)", "a(NaN,)", "a(--1)", "a(- 1)"],
    ...[
      "a('x)",
      "a('x\")",
      "a('\\x41')",
      "a('\\u0041')",
      "a('\\')",
      "a(`x`)",
      "a('x' 'y')",
      "a({})",
      "a([])",
    ],
    ...[
      "a(b.)",
      "a(.b)",
      "a(b..c)",
      "a = 1",
      "a(b = 1)",
      "a/**/()",
      "a(1)//",
      "a\0",
      "javascript:a()",
      "a(/x/)",
      "a(...b)",
    ],
  ];
  for (const text of refused)
    test(`is not ${JSON.stringify(text)}`, () =>
      assert.throws(() => read(text), {
        code: "E_CALL",
        message: /^@click on <button>: ".*" is not a call\. /s,
      }));

  test("is read from 2,000 random texts, or refused: nothing runs", () => {
    const random = randomFrom(seed);
    const pieces = [
      "a",
      "$index",
      "value",
      "(",
      "(",
      ")",
      ")",
      ",",
      " ",
      "'",
      '"',
      "\\",
      "\\'",
      "-",
      "1",
      ".",
      "alert",
    ];
    const more = [
      "`",
      "${",
      "}",
      "=",
      ";",
      "true",
      "null",
      "constructor",
      "\n",
      "\0",
      "é",
      "😀",
      "//",
      "[",
      "]",
    ];
    let found = 0;
    for (let run = 0; run < 2000; run++) {
      const length = Math.floor(random() * 14);
      const text = Array.from({ length }, () => pick(random, random() < 0.8 ? pieces : more)).join("");
      try {
        const { name, args = [] } = read(text);
        assert.equal(typeof name, "string");
        for (const arg of args)
          assert.match(typeof ("value" in arg ? (arg.value ?? "") : arg.name), /^(string|number|boolean)$/);
        found++;
      } catch (error) {
        assert.equal((error as { code?: string }).code, "E_CALL", text);
      }
    }
    assert.ok(found > 0);
  });

  test("is refused at once, however long and odd it is", () => {
    for (const odd of ["(", " ", "a(1,", "'", "\\'", "1.", "-", "a.", "a(')", ") "])
      assert.throws(() => read(`a(1, '${odd.repeat(50_000)}!`), { code: "E_CALL" });
  });
});

suite("a call in a template", () => {
  const inRoom = (template: () => unknown) => hosts("chat-room", template);

  test("is kept as data-on-..., and bound beside it", () => {
    const tag = "x";
    const { strings, values } =
      html`<p class=${tag} @click.stop='add(1)' id="a">${tag}</p><i data-on-myEvent=add></i>`;
    assert.deepEqual(
      [...strings],
      [
        "<p class=",
        ` data-on-click.stop='add(1)' @click.stop="`,
        `" id="a">`,
        `</p><i data-on-myEvent=add @myEvent="`,
        `"></i>`,
      ],
    );
    assert.equal(values.length, 4);
    assert.equal(values[0], "x");
    assert.equal(values[2], "x");
  });

  test("keeps its strings from one rendering to the next", () => {
    const template = () => html`<p @click="add"></p>`;
    assert.equal(template().strings, template().strings);
    assert.ok(Object.hasOwn(template().strings, "raw"));
  });

  test("is none where it only looks like one", () => {
    const tag = "x";
    const { strings } =
      html`<p title="@click='add'">@click="add" ${tag}<!-- <b @click="add"> --></p><textarea><i @click="add"></textarea>`;
    assert.equal(strings.length, 2);
  });

  test("throws when it renders: no call, an unknown modifier", () => {
    assert.throws(() => inRoom(() => html`<p @click="add(1"></p>`), {
      code: "E_CALL",
      message: /^@click on <p> in <chat-room>: "add\(1" is not a call\./,
    });
    assert.throws(() => inRoom(() => html`<p data-on-click="a.b"></p>`), {
      code: "E_CALL",
      message: /^data-on-click on <p> in <chat-room>:/,
    });
    assert.throws(() => html`<p @click.prevnt="add"></p>`, { code: "E_MODIFIER" });
  });

  test("T08 is the template's own text: no value becomes a part of one", () => {
    const id = "'); steal('";
    assert.throws(() => html`<p @click="add('${id}')"></p>`, { code: "E_BINDING" });
    assert.throws(() => inRoom(() => html`<p data-on-click="add('${id}')"></p>`), {
      code: "E_SINK",
      message:
        /^data-on-click on <p> in <chat-room> is never bound: .* Bind the event: @click=\$\{handler\}\.$/,
    });
    assert.throws(() => html`<p data-on-click=${id}></p>`, { code: "E_SINK" });
  });
});
