import {
  any,
  array,
  assign,
  boolean,
  coerce,
  defaulted,
  define,
  enums,
  integer,
  intersection,
  lazy,
  max,
  min,
  nonempty,
  nullable,
  number,
  object,
  optional,
  pattern,
  record,
  refine,
  Struct,
  size,
  string,
  tuple,
  type,
  union,
} from "superstruct";
import type { Json, JsonObject } from "../../../src/state/json.ts";
import type { Op } from "../../../src/state/ops.ts";
import { type AnyStruct, refusalOf } from "../../../src/state/struct.ts";
import { Tree } from "../../../src/state/tree.ts";
import { takeArguments, validate } from "../../../src/state/validation.ts";
import { randomFrom, seed } from "../../support/seed.ts";
import { assert, suite, test } from "../../support/suite.ts";

/** A store with a batch that is open. */
function open(struct: AnyStruct | undefined, state: JsonObject, boxed = false) {
  const tree = new Tree(structuredClone(state));
  const written: Op[] = [];
  const check = () => validate({ name: "chat", tree, boxed, definition: { struct } }, written.splice(0));
  const write = (...ops: Op[]) => {
    for (const op of ops) {
      assert(tree.apply(op), `applies: ${JSON.stringify(op)}`);
      written.push(op);
    }
  };
  const accepts = (...ops: Op[]) => {
    write(...ops);
    check();
  };
  const refuses = (field: string, ...ops: Op[]) => {
    write(...ops);
    assert.throws(check, { code: "E_VALIDATION", field });
  };
  return { tree, written, check, write, accepts, refuses };
}

const Message = object({
  id: string(),
  text: size(string(), 1, 5),
  tags: array(string()),
  color: optional(string()),
});
const Chat = object({
  messages: size(array(Message), 0, 3),
  online: number(),
  title: optional(string()),
  settings: nullable(type({ sound: boolean() })),
});
const message = (id: string, text = "hi") => ({ id, text, tags: [] });
const chat = (): JsonObject => ({
  messages: [message("a"), message("b")],
  online: 1,
  settings: { sound: true },
});

suite("Validation: one write", () => {
  test("accepts what fits", () => {
    open(Chat, chat()).accepts(
      ["set", ["online"], 2],
      ["splice", ["messages", 2], 0, [message("c")]],
      ["set", ["messages", 0, "text"], "hello"],
      ["splice", ["messages", 1, "tags", 0], 0, ["x", "y"]],
      ["set", ["messages", 1, "color"], "red"],
      ["delete", ["messages", 1, "color"]],
      ["move", ["messages", 0], 2],
      ["increment", ["online"], 0.5],
      ["set", ["settings"], null],
    );
  });

  const refusals: [string, Op][] = [
    ["online", ["set", ["online"], "2"]],
    ["online", ["delete", ["online"]]],
    ["messages", ["set", ["messages"], {}]],
    ["messages.0.text", ["set", ["messages", 0, "text"], ""]],
    ["messages.0.text", ["set", ["messages", 0], message("a", "too long")]],
    ["messages.1.tags.0", ["splice", ["messages", 1, "tags", 0], 0, [1]]],
    ["messages.2.text", ["splice", ["messages", 2], 0, [message("c", "")]]],
    ["messages.2.more", ["splice", ["messages", 2], 0, [{ ...message("c"), more: 1 }]]],
    ["messages", ["splice", ["messages", 2], 0, [message("c"), message("d")]]],
    ["messages.0.more", ["set", ["messages", 0, "more"], 1]],
    ["messages.0.tags", ["delete", ["messages", 0, "tags"]]],
    ["toString", ["set", ["toString"], 1]],
    ["more", ["set", ["more"], 1]],
    ["settings.sound", ["set", ["settings", "sound"], "loud"]],
  ];
  for (const [field, op] of refusals)
    test(`refuses ${JSON.stringify(op)} at ${field}`, () => open(Chat, chat()).refuses(field, op));

  test("lets type() have more keys", () => {
    const { accepts } = open(Chat, chat());
    accepts(["set", ["settings", "more"], [1]]);
    accepts(["delete", ["settings", "more"]]);
  });

  test("takes null and nothing where they may stand in place of an object", () => {
    const Inner = object({ a: number() });
    const struct = object({ none: nullable(Inner), left: optional(Inner) });
    assert.equal(refusalOf(struct, { none: null }), undefined);
    assert.equal(refusalOf(struct, { none: { a: 1 }, left: { a: 2 } }), undefined);
    assert.deepEqual(refusalOf(struct, { none: null, left: null })?.path, ["left"]);
    assert.deepEqual(refusalOf(struct, { none: { a: "1" } })?.path, ["none", "a"]);
  });

  test("takes everything without a struct", () => {
    open(undefined, { a: 1 }).accepts(["set", ["b"], { c: [1] }], ["delete", ["a"]]);
  });

  test("checks integers and limits after an increment", () => {
    const { accepts, refuses } = open(object({ n: max(integer(), 10) }), { n: 9 });
    accepts(["increment", ["n"], 1]);
    refuses("n", ["increment", ["n"], 1]);
    refuses("n", ["set", ["n"], 1.5]);
  });
});

suite("Validation: what is said", () => {
  test("names store, field, expectation and type, and never the value", () => {
    const cases: [AnyStruct, Json, RegExp][] = [
      [string(), ["secret"], /"chat\.x" is refused; expected a string, got array/],
      [number(), "secret", /expected a number, got string/],
      [size(string(), 1, 3), "secret", /expected a string with a length between `1` and `3`, got string/],
      [pattern(string(), /^a/), "secret", /expected a string matching `\/\^a\/`, got string/],
      [enums(["a", "b"]), "secret", /expected one of `"a","b"`, got string/],
      [
        union([number(), boolean()]),
        "secret",
        /expected the value to satisfy a union of `number \| boolean`, got string/,
      ],
      [
        define("even", (value) => Number(value) % 2 === 0),
        "secret",
        /expected a value of type `even`, got string/,
      ],
      [
        refine(string(), "free", () => "a name that is free"),
        "secret",
        /expected a name that is free, got string/,
      ],
      [object({}), { secret: "secret" }, /"chat\.x\.secret" is refused; expected nothing here, got string/],
      [number(), null, /got null/],
    ];
    for (const [struct, value, message] of cases) {
      const { write, check } = open(object({ x: struct }), { x: 0 });
      write(["set", ["x"], value]);
      assert.throws(
        check,
        (error) => message.test(String(error)) && !String(error).replace("x.secret", "").includes("secret"),
      );
    }
  });

  test("does not repeat a value of several lines", () => {
    const { write, check } = open(object({ x: pattern(string(), /^a$/) }), { x: "a" });
    write(["set", ["x"], "line\nsecret"]);
    assert.throws(check, (error) => !(error as Error).message.includes("secret"));
  });
});

suite("Validation: a batch", () => {
  test("is judged by its end: one too many may be pushed and another shifted", () => {
    const { accepts } = open(Chat, chat());
    accepts(["splice", ["messages", 2], 0, [message("c"), message("d")]], ["splice", ["messages", 0], 1]);
  });

  test("may fill in what was pushed incomplete", () => {
    const { write, accepts, refuses } = open(Chat, chat());
    write(["splice", ["messages", 0], 0, [{ id: "c", tags: [] }]], ["set", ["messages", 0, "tags"], ["x"]]);
    accepts(["set", ["messages", 0, "text"], "hi"]);
    refuses("messages.1.text", ["delete", ["messages", 1, "text"]], ["set", ["messages", 1, "tags"], []]);
  });

  test("finds the element where it ended up", () => {
    const { refuses } = open(array(number()), { value: [0, 1, 2, 3] }, true);
    refuses(
      "value.3",
      ["set", ["value", 1], "one"],
      ["splice", ["value", 0], 0, [9]],
      ["move", ["value", 2], 4],
      ["splice", ["value", 1], 1],
    );
  });

  test("does not mind what was wrong and is gone", () => {
    const { accepts } = open(Chat, chat());
    accepts(
      ["set", ["messages", 0, "text"], 1],
      ["splice", ["messages", 0], 1],
      ["set", ["online"], "many"],
      ["set", ["online"], 3],
      ["set", ["more"], 1],
      ["delete", ["more"]],
      ["set", ["settings", "sound"], "loud"],
      ["set", ["settings"], null],
    );
  });

  test("is found wrong, and right, also when somebody looked in between", () => {
    const { tree, write, refuses, accepts } = open(Chat, chat());
    write(["set", ["messages", 0, "text"], ""]);
    tree.snapshot();
    refuses("messages.1.text", ["move", ["messages", 0], 1]);
    write(["set", ["messages", 1, "text"], ""]);
    tree.snapshot();
    accepts(["set", ["messages", 1, "text"], "ok"]);
  });

  test("finds one wrong element among more than it keeps apart", () => {
    const { write, refuses } = open(object({ list: array(number()) }), { list: [] });
    for (let n = 0; n < 1000; n++) write(["splice", ["list", 0], 0, [n === 500 ? "x" : n]]);
    refuses("list.499", ["set", ["list", 0], 0]);
  });

  test("finds a wrong value inside one that was set in the same batch", () => {
    const { refuses } = open(Chat, chat());
    refuses(
      "messages.0.text",
      ["set", ["messages"], [message("a")]],
      ["set", ["messages", 0, "text"], 1],
      ["splice", ["messages", 1], 0, [message("b")]],
    );
  });
});

suite("Validation: structs that do not say by key what is inside", () => {
  const wholes: [string, AnyStruct, Json, Op, string][] = [
    ["a record", record(string(), number()), { a: 1 }, ["set", ["x", "b"], "1"], "x.b"],
    ["a record's keys", record(size(string(), 1), number()), {}, ["set", ["x", "long"], 1], "x.long"],
    ["a tuple", tuple([string(), number()]), ["a", 1], ["move", ["x", 0], 1], "x.0"],
    ["a tuple's length", tuple([string()]), ["a"], ["splice", ["x", 1], 0, ["b"]], "x.1"],
    [
      "a union",
      union([object({ a: number() }), object({ b: string() })]),
      { a: 1 },
      ["set", ["x", "b"], "x"],
      "x",
    ],
    ["lazy()", lazy(() => object({ a: number() })), { a: 1 }, ["set", ["x", "a"], "1"], "x.a"],
    [
      "an intersection",
      intersection([type({ a: number() }), type({ b: number() })]),
      { a: 1, b: 1 },
      ["set", ["x", "b"], "1"],
      "x.b",
    ],
    [
      "define()",
      define("tidy", (value) => Object.keys(value as object).length < 2),
      { a: 1 },
      ["set", ["x", "b"], 1],
      "x",
    ],
    [
      "an object in a record",
      record(string(), object({ n: number() })),
      { a: { n: 1 } },
      ["set", ["x", "a", "n"], "1"],
      "x.a.n",
    ],
  ];
  for (const [name, struct, value, op, field] of wholes)
    test(`checks ${name} whole`, () => {
      const { refuses } = open(object({ x: struct, other: any() }), { x: value, other: 1 });
      refuses(field, op);
    });

  test("takes anything in any(), array() and object() without a struct for their parts", () => {
    const { accepts } = open(object({ a: any(), b: array(), c: object() }), { a: {}, b: [], c: {} });
    accepts(["set", ["a", "x"], [1]], ["splice", ["b", 0], 0, [{}]], ["set", ["c", "x"], { y: 1 }]);
    accepts(["set", ["a", "x", 0], 2], ["set", ["b", 0, "z"], 1], ["set", ["c", "x", "y"], null]);
  });

  test("leaves what is inside to a struct of the app's own", () => {
    const Point = new Struct<unknown, unknown>({
      type: "point",
      schema: { a: "number" },
      validator: (value) => typeof (value as { a: unknown }).a === "number",
    });
    const { accepts, refuses } = open(object({ x: Point }), { x: { a: 1 } });
    accepts(["set", ["x", "a"], 2], ["set", ["x", "b"], 2]);
    refuses("x", ["set", ["x", "a"], "2"]);
  });

  test("asks the rules of the values above, once their parts fit", () => {
    const Range = refine(object({ from: number(), to: number() }), "ordered", ({ from, to }) => from <= to);
    const { refuses, accepts } = open(object({ range: Range }), { range: { from: 1, to: 2 } });
    accepts(["set", ["range", "to"], 5], ["set", ["range", "from"], 4]);
    refuses("range", ["set", ["range", "from"], 6]);
    refuses("range.from", ["set", ["range", "from"], "x"]);
  });

  test("gives validators the values above, as superstruct does", () => {
    const repeat = refine(string(), "repeated", (value, { branch }) => value === branch.at(-2).password);
    const Form = object({ form: object({ password: string(), repeat }) });
    const { accepts, refuses } = open(Form, { form: { password: "a", repeat: "a" } });
    accepts(["set", ["form", "password"], "b"], ["set", ["form", "repeat"], "b"]);
    refuses("form.repeat", ["set", ["form", "repeat"], "a"]);
  });
});

suite("Validation: cost", () => {
  test("asks neither untouched elements nor other keys", () => {
    let asked = 0;
    const Row = object({ n: define("counted", () => ++asked > 0) });
    const rows = Array.from({ length: 1000 }, (_, n) => ({ n }));
    const { accepts } = open(object({ rows: nonempty(array(Row)), other: array(Row) }), {
      rows,
      other: rows,
    });
    accepts(["set", ["rows", 500, "n"], 1]);
    assert.equal(asked, 1);
    accepts(["splice", ["rows", 0], 0, [{ n: 1 }]], ["move", ["rows", 5], 900], ["splice", ["rows", 3], 10]);
    assert.equal(asked, 2);
  });
});

suite("Validation: boxed stores", () => {
  test("hold the value to its struct", () => {
    const { accepts, refuses } = open(min(integer(), 0), { value: 1 }, true);
    accepts(["increment", ["value"], 1]);
    refuses("value", ["set", ["value"], -1]);
  });

  test("have no other key than value", () => {
    const { refuses } = open(number(), { value: 1 }, true);
    refuses("other", ["set", ["other"], 1]);
    refuses("other", ["set", ["value"], 2], ["set", ["other"], 1]);
  });

  test("hold a list's elements to theirs", () => {
    const { accepts, refuses } = open(size(array(string()), 0, 2), { value: [] }, true);
    accepts(["splice", ["value", 0], 0, ["a", "b"]]);
    refuses("value", ["splice", ["value", 0], 0, ["c"]]);
  });
});

suite("Validation: agrees with superstruct", () => {
  test("on random batches: it refuses a state that fitted before exactly when the whole does not fit", () => {
    const Row: AnyStruct = object({
      n: number(),
      tags: size(array(string()), 0, 2),
      next: optional(nullable(type({ n: number() }))),
    });
    const State = object({
      rows: size(array(Row), 0, 4),
      map: record(string(), Row),
      n: number(),
      maybe: optional(number()),
    });
    const rows = (): Json[] => [
      { n: 1, tags: [] },
      { n: 2, tags: ["x"], next: { n: 1 } },
    ];
    for (let round = 0; round < 3000; round++) {
      const random = randomFrom(seed + round);
      const pick = <T>(...choices: T[]) => choices[Math.floor(random() * choices.length)] as T;
      const { tree, written, check } = open(State, { rows: rows(), map: { a: rows()[0] as Json }, n: 0 });
      for (let count = pick(1, 2, 3, 6); count--; ) {
        const value = pick<Json>(1, 2, "x", null, { n: 1 }, { n: "x" }, { n: 1, tags: [] }, [], ["x"], [1]);
        const row = pick(["rows", 0], ["rows", 1], ["rows", 2], ["map", "a"], ["map", "b"]);
        const place = pick<Op[1]>(
          row,
          [...row, "n"],
          [...row, "tags"],
          [...row, "tags", 0],
          [...row, "next"],
          [...row, "next", "n"],
          ["n"],
          ["maybe"],
          ["rows"],
        );
        const op = pick<Op>(
          ["set", place, value],
          ["set", place, value],
          ["delete", place],
          ["increment", place, 1],
          [
            "splice",
            ["rows", pick(0, 1, 2)],
            pick(0, 0, 1, 2),
            [pick<Json>({ n: 3, tags: [] }, { n: 3, tags: [] }, value)],
          ],
          ["splice", [...row, "tags", 0], pick(0, 1), pick<Json[]>([], ["y"], [value])],
          ["move", ["rows", pick(0, 1, 2)], pick(0, 1, 2)],
        );
        if (tree.apply(op)) written.push(op);
        if (random() < 0.2) tree.snapshot();
      }
      let isRefused = false;
      try {
        check();
      } catch {
        isRefused = true;
      }
      assert.equal(
        isRefused,
        !State.is(tree.root),
        `seed ${seed} round ${round}: ${JSON.stringify(tree.root)}`,
      );
    }
  });
});

suite("refusalOf", () => {
  test("says what does not fit, or nothing", () => {
    assert.equal(refusalOf(Chat, chat()), undefined);
    assert.equal(refusalOf(undefined, 1)?.expected, "nothing here");
    assert.deepEqual(refusalOf(Chat, { ...chat(), online: "1" }), {
      path: ["online"],
      expected: "a number",
      got: "string",
    });
    assert.deepEqual(refusalOf(Chat, { ...chat(), more: 1 })?.path, ["more"]);
    assert.deepEqual(refusalOf(number(), "1"), { path: [], expected: "a number", got: "string" });
  });
});

suite("a value that cannot be printed", () => {
  const values = [
    '{"toString":1}',
    '{"toString":{},"valueOf":1}',
    '[[{"toString":1}]]',
    '{"a":{"toString":null}}',
  ];
  const structs: Record<string, AnyStruct> = {
    string: string(),
    number: min(number(), 1),
    literal: enums(["a"]),
    union: union([string(), object({ a: string() })]),
    list: array(object({ a: number() })),
    record: record(string(), string()),
    size: size(string(), 1),
    "rule of the app's own": refine(any(), "never", () => false),
  };
  for (const [name, struct] of Object.entries(structs))
    test(`T14 is refused as any other: ${name}`, () => {
      for (const value of values) {
        const refusal = refusalOf(struct, JSON.parse(value));
        assert.ok(refusal, value);
        assert.doesNotMatch(JSON.stringify(refusal), /toString":1|null/);
      }
    });

  test("T14 is refused as an argument, too", () => {
    for (const struct of [string(), union([string(), number()])])
      assert.throws(() => takeArguments([struct], [Object.create(null)], "f"), { code: "E_VALIDATION" });
  });

  test("does not hide what the app's own rule throws", () => {
    const broken = define("broken", () => {
      throw new RangeError("a mistake");
    });
    assert.throws(() => refusalOf(broken, { a: 1 }), RangeError);
  });
});

suite("takeArguments", () => {
  const taken = (structs: AnyStruct[], ...args: unknown[]) => takeArguments(structs, args, "chat.send");
  const refuses = (field: string, structs: AnyStruct[], ...args: unknown[]) =>
    assert.throws(() => taken(structs, ...args), { code: "E_VALIDATION", field, message: /"chat\.send/ });

  test("gives what fits, and undefined for what is missing at the end", () => {
    assert.deepEqual(taken([string(), optional(number())], "a"), ["a", undefined]);
    assert.deepEqual(taken([]), []);
  });

  test("refuses too many, too few and the wrong ones", () => {
    refuses("1", [string()], "a", "b");
    refuses("0", [string()]);
    refuses("1", [string(), number()], "a", true);
    refuses("0.text", [object({ text: string() })], { text: 1 });
  });

  test("makes numbers and booleans of text, where they are asked for", () => {
    assert.deepEqual(taken([integer(), number(), boolean(), boolean()], "30", "1.5", "true", "on"), [
      30,
      1.5,
      true,
      true,
    ]);
    assert.deepEqual(taken([boolean(), boolean()], "false", "off"), [false, false]);
    assert.deepEqual(taken([string(), optional(integer()), min(integer(), 1)], "30", "4", " 5 "), [
      "30",
      4,
      5,
    ]);
    refuses("0", [integer()], "1.5");
    refuses("0", [number()], "");
    refuses("0", [number()], "many");
    refuses("0", [number()], "Infinity");
    refuses("0", [boolean()], "toString");
    refuses("0", [boolean()], 1);
    refuses("0", [string()], 30);
  });

  test("makes them of the fields of a form, too, and does not write to what it was given", () => {
    const fields = { name: "Ann", age: "30", news: "on", scores: ["1", "2"], at: { x: "1" } };
    const Person = object({
      name: string(),
      age: integer(),
      news: boolean(),
      scores: array(number()),
      at: record(string(), number()),
    });
    assert.deepEqual(taken([Person], fields), [
      { name: "Ann", age: 30, news: true, scores: [1, 2], at: { x: 1 } },
    ]);
    const both = intersection([type({ age: integer() }), type({ name: string() })]);
    assert.deepEqual(taken([both], fields), [{ ...fields, age: 30 }]);
    assert.deepEqual(fields, { name: "Ann", age: "30", news: "on", scores: ["1", "2"], at: { x: "1" } });
  });

  test("runs the struct's own coercions", () => {
    const Trimmed = coerce(string(), string(), (text) => text.trim());
    assert.deepEqual(taken([Trimmed, defaulted(number(), 7)], " a "), ["a", 7]);
    assert.deepEqual(
      taken([assign(object({ a: Trimmed }), object({ b: defaulted(string(), "b") }))], { a: " a" }),
      [{ a: "a", b: "b" }],
    );
  });
});
