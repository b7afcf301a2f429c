/** The state that a page brings along: it stands in the HTML, and is read as it was. */
import { assert as check, constantFrom, jsonValue, oneof, property, string } from "fast-check";
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { type Payload, payloadTag } from "../../server/render/payload.ts";
import "../support/seed.ts";
import { assert, suite, test } from "../support/suite.ts";

type Element = DefaultTreeAdapterTypes.Element;

const elementsIn = (node: DefaultTreeAdapterTypes.ParentNode): Element[] =>
  node.childNodes.flatMap((child) => ("tagName" in child ? [child, ...elementsIn(child)] : []));

/** The value as a parser of HTML finds it in the page; the text itself where it is no JSON. */
function readBack(value: unknown): unknown {
  const tag = payloadTag({ stores: { a: { value } } } as unknown as Payload);
  const [, , body] = elementsIn(parse(`<!doctype html><body><p>before</p>${tag}<p>after</p>`));
  const found = elementsIn(body as Element);
  assert.deepEqual(
    found.map(({ tagName }) => tagName),
    ["p", "script", "p"],
  );
  const [text = ""] = found
    .flatMap(({ childNodes: [node] }) => (node && "value" in node ? [node.value] : []))
    .slice(1);
  try {
    return JSON.parse(text).stores.a.value;
  } catch {
    return text;
  }
}

const breaking = [
  "</script",
  "<!--",
  "<script",
  "-->",
  "]]>",
  "&lt;",
  "\u2028",
  "\u2029",
  "\0",
  "\ud800",
  "\r\n",
  "<\\/",
];
const text = oneof(
  string({ unit: "binary" }),
  constantFrom(...breaking),
  string({ unit: constantFrom(...breaking, "a") }),
);
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

suite("the state in a page", () => {
  test("T41 holds nothing that ends its element, whatever stands in it", () => {
    for (const part of breaking) {
      const tag = payloadTag({ stores: { [part]: { value: part } } } as unknown as Payload);
      const inside = tag.slice(tag.indexOf(">") + 1, tag.lastIndexOf("<"));
      assert.doesNotMatch(inside, /[<>&\u2028\u2029]/);
    }
    assert.deepEqual(readBack(breaking), breaking);
  });

  test("T41 is read as it was: 100,000 random values", () => {
    const values = jsonValue({ noUnicodeString: false, stringUnit: "binary", maxDepth: 3 });
    let batch: unknown[] = [];
    let count = 0;
    const compare = () => {
      assert.deepEqual(readBack(batch), batch.map(asJson));
      count += batch.length;
      batch = [];
    };
    check(
      property(oneof(values, text), (value) => {
        batch.push(value);
        if (batch.length === 1000) compare();
      }),
      { numRuns: 100_000 },
    );
    compare();
    assert.equal(count, 100_000);
  });
});
