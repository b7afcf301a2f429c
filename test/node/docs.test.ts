/** What the docs say is held against the code: tables, examples, links, commands, and the tests that they name. */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { object } from "superstruct";
import { violet as plugin } from "../../plugin/violet.ts";
import { defaultLimits } from "../../server/limits.ts";
import type { Component } from "../../server/live/component.ts";
import { live } from "../../server/live/live.ts";
import { settingsOf } from "../../server/options.ts";
import { namedIn } from "../../src/calls/callable.ts";
import { texts } from "../../src/dev/texts.ts";
import { local } from "../../src/state/local.ts";
import { definitionOf } from "../../src/state/store.ts";
import { closeCodes } from "../../src/wire/close-codes.ts";
import { frames } from "../../src/wire/frames.ts";
import { optionsIn, variablesIn } from "../support/declared.ts";
import { codesIn, filesIn, sectionOf, tablesOf, testsIn } from "../support/markdown.ts";
import { Newcomer, root } from "../support/newcomer.ts";
import { assert, suite, test } from "../support/suite.ts";
import { titlesIn } from "../support/titles.ts";

const read = (file: string) => readFileSync(root + file, "utf8");
const rowsOf = (text: string) => tablesOf(text).flatMap(({ rows }) => rows);
const nameIn = (cell = "") => codesIn(cell)[0] ?? "";

const sources = globSync("{src,elements,server,plugin,testing}/**/*.ts", { cwd: root });
/** Whether a word stands in any source but those that only list it. */
const isUsed = (word: RegExp, lists: readonly string[]) =>
  sources.some((file) => !lists.includes(file) && word.test(read(file)));

suite("docs/protocol.md", () => {
  const protocol = read("docs/protocol.md");

  /** A frame's fields as the table writes them: `name`, or `name?` where it may be left out. */
  const fieldsOf = ({ struct }: (typeof frames)[keyof typeof frames]): string[] =>
    Object.entries(struct.schema as unknown as Record<string, { is(value: unknown): boolean }>)
      .filter(([name]) => name !== "type")
      .map(([name, field]) => (field.is(undefined) ? `${name}?` : name));

  for (const [direction, heading] of Object.entries({
    up: "Frames from the page",
    down: "Frames from the server",
  }))
    test(`lists the frames that go ${direction}, with their fields`, () => {
      const written = rowsOf(sectionOf(protocol, heading)).map(([kind, fields = ""]) => [
        nameIn(kind),
        codesIn(fields),
      ]);
      const ours = Object.entries(frames).filter(([, frame]) => frame.direction === direction);
      assert.deepEqual(
        Object.fromEntries(written),
        Object.fromEntries(ours.map(([kind, frame]) => [kind, fieldsOf(frame)])),
      );
    });

  test("says the type of a frame where it is not its kind", () => {
    for (const [kind, { struct }] of Object.entries(frames)) {
      const type = (struct.schema as unknown as { type: { schema: string } }).type.schema;
      if (type !== kind) assert.match(protocol, new RegExp(`\\| \`${kind}\` \\(\`type: "${type}"\`\\) \\|`));
    }
  });

  test("lists the close codes, of which each is sent", () => {
    const written = rowsOf(sectionOf(protocol, "Close codes")).map(([code, name = ""]) => [
      name,
      Number(code),
    ]);
    assert.deepEqual(Object.fromEntries(written), { ...closeCodes });
    // Those below 4000 are the protocol's own: `ws` sends them as well.
    const unused = Object.entries(closeCodes)
      .filter(([name, code]) => code >= 4000 && !isUsed(new RegExp(`\\bcloseCodes\\.${name}\\b`), []))
      .map(([name]) => name);
    assert.deepEqual(unused, []);
  });

  test("lists the error codes that the server sends, in order", () => {
    const written = rowsOf(sectionOf(protocol, "Error codes")).map(([code]) => nameIn(code));
    assert.deepEqual(
      written,
      Object.keys(texts)
        .filter((code) => written.includes(code))
        .sort(),
    );
    const senders = globSync(["server/hub/*.ts", "src/wire/*.ts"], { cwd: root }).map(read).join();
    const sent = new Set(senders.match(/\bE_[A-Z_]+\b/g));
    assert.deepEqual(
      [...sent].filter((code) => !written.includes(code)),
      [],
    );
    assert.deepEqual(
      written.filter((code) => !isUsed(new RegExp(`\\b${code}\\b`), ["src/dev/texts.ts"])),
      [],
    );
  });
});

suite("the guide", () => {
  const guide = globSync("docs/guide/*.md", { cwd: root }).map(read).join("\n");

  test("explains every error, in order, and says which are planned", () => {
    const rows = rowsOf(sectionOf(guide, "Errors"));
    assert.deepEqual(
      rows.map(([code]) => nameIn(code)),
      Object.keys(texts).sort(),
    );
    const planned = rows.filter(([, when = ""]) => when.startsWith("planned")).map(([code]) => nameIn(code));
    const unused = Object.keys(texts).filter(
      (code) => !isUsed(new RegExp(`\\b${code}\\b`), ["src/dev/texts.ts"]),
    );
    assert.deepEqual(planned, unused.sort());
  });

  test("explains no error that no test provokes", () => {
    const tests = globSync("test/{src,elements,server,testing,e2e,hostile}/**/*.ts", { cwd: root })
      .map(read)
      .join();
    const unnamed = rowsOf(sectionOf(guide, "Errors"))
      .filter(([, when = ""]) => !when.startsWith("planned"))
      .map(([code]) => nameIn(code))
      .filter((code) => !new RegExp(`\\b${code}\\b`).test(tests));
    assert.deepEqual(unnamed, []);
  });

  /** A table's options: their types and defaults, as they are written. */
  const optionsUnder = (heading: string) =>
    new Map(
      tablesOf(sectionOf(guide, heading)).flatMap(({ header, rows }) =>
        rows.map((row): [string, { type: string; value: string }] => {
          const cell = (column: string) => row[header.indexOf(column)] ?? "";
          return [nameIn(row[0]), { type: nameIn(cell("type")), value: cell("default") }];
        }),
      ),
    );
  const typesUnder = (heading: string) =>
    Object.fromEntries([...optionsUnder(heading)].map(([name, { type }]) => [name, type]));
  /** The defaults that are values, as JSON. */
  const defaultsUnder = (heading: string) =>
    [...optionsUnder(heading)].flatMap(([name, { value }]): [string, unknown][] =>
      /^`(\[|\{|"|\d|true|false)/.test(value) ? [[name, JSON.parse(nameIn(value))]] : [],
    );

  test("lists every option of violet() with its type and default", () => {
    const heading = "Options of `violet()`";
    assert.deepEqual(
      typesUnder(heading),
      Object.fromEntries(optionsIn("server/options.ts", "VioletOptions")),
    );
    const settings: Record<string, unknown> = { ...settingsOf({}, {}) };
    for (const [name, value] of defaultsUnder(heading)) assert.deepEqual(value, settings[name], name);
  });

  test("lists every option of live() with its type and default", () => {
    const heading = "Options of `live()`";
    assert.deepEqual(
      typesUnder(heading),
      Object.fromEntries(optionsIn("server/live/live.ts", "LiveOptions")),
    );
    const plain = live({ state: object({}), initial: () => ({}) });
    const [component] = namedIn("plain", { plain }).values();
    const { options } = component as Component;
    for (const [name, value] of defaultsUnder(heading))
      if (name in options) assert.deepEqual(value, Reflect.get(options, name), name);
    assert.equal(optionsUnder(heading).get("maxReconnects")?.value, `\`${options.maxReconnects}\``);
  });

  test("lists every option of stores with its type and default", () => {
    const heading = "Options of stores";
    const types = ["options.ts StoreOptions", "options.ts SharedOptions", "local.ts LocalOptions"].flatMap(
      (place) => {
        const [file, name] = place.split(" ") as [string, string];
        return [...optionsIn(`src/state/${file}`, name)];
      },
    );
    // These two stand in the signatures, as they differ: what `initial` gets, and whether there is a key.
    const own = { initial: "function", key: "struct" };
    assert.deepEqual(typesUnder(heading), { ...Object.fromEntries(types), ...own });
    const names = [...optionsIn("src/state/options.ts", "GivenOptions").keys()];
    assert.deepEqual([...optionsUnder(heading).keys()].sort(), names.sort());
    const plain = definitionOf(local("docs.plain", { initial: () => ({}) }));
    for (const [name, value] of defaultsUnder(heading)) {
      const used: unknown = Reflect.get(plain, name);
      assert.deepEqual(value, used instanceof Set ? [...used] : used, name);
    }
  });

  test("lists every option of pages with its type", () => {
    const types = optionsIn("server/render/page.ts", "PageOptions");
    assert.deepEqual(typesUnder("Options of pages"), Object.fromEntries(types));
    const ofFiles = optionsIn("server/render/pages.ts", "PagesOptions");
    for (const [name, type] of ofFiles) assert.equal(types.get(name), type, name);
    const said = /`app\.pages\(folder, options\)` takes (.*), the same\./.exec(guide)?.[1] ?? "";
    assert.deepEqual(codesIn(said), [...ofFiles.keys()]);
  });

  test("lists what the other entries take", () => {
    const rows = rowsOf(sectionOf(guide, "The other entries"));
    const taken = Object.entries({
      "memory(options)": optionsIn("server/backends/memory.ts", "MemoryOptions"),
      "sqlite(file, options)": optionsIn("server/backends/sqlite.ts", "SqliteOptions"),
      "database(address, options)": optionsIn("server/sql/database.ts", "DatabaseOptions"),
      "model(table, struct, options)": optionsIn("server/sql/model.ts", "ModelOptions"),
      "persistent(model, where, options)": optionsIn("server/sql/persistent.ts", "PersistentOptions"),
      "start(options)": optionsIn("src/page.ts", "StartOptions"),
      "search.with(options)": optionsIn("src/calls/types.ts", "CallOptions"),
    });
    for (const [call, options] of taken) {
      const said = codesIn(rows.find(([of = ""]) => nameIn(of) === call)?.[1] ?? "");
      assert.deepEqual(said, [...options.keys()], call);
    }
    assert.equal(plugin.length, 0);
  });

  test("names the attributes of the tags", () => {
    const rows = rowsOf(sectionOf(guide, "Elements and tags"));
    const said = (tag: string) => codesIn(rows.find(([where = ""]) => nameIn(where) === tag)?.[1] ?? "");
    const ownOf = (file: string) =>
      /static override properties: PropertyDeclarations = \{ (\w+): \{\} \}/.exec(read(file))?.[1];
    assert.deepEqual(said("<violet-shared>"), [ownOf("elements/shared-tag.ts")]);
    assert.deepEqual(said("<violet-local>"), ["store", ownOf("elements/local-tag.ts")]);
    assert.deepEqual(said("<violet-live>"), [ownOf("elements/live-tag.ts"), "key"]);
  });

  test("names the variables of the environment that are read", () => {
    const rows = rowsOf(sectionOf(guide, "The environment"));
    const violet = rows.filter(([, reader]) => reader === "Violet").flatMap(([name = ""]) => codesIn(name));
    assert.deepEqual(violet, [...new Set(sources.flatMap(variablesIn))]);
    for (const [name = ""] of rows.filter(([, reader]) => reader !== "Violet"))
      for (const variable of codesIn(name))
        assert.match(read("demo/server.ts"), new RegExp(`\\b${variable}\\b`));
  });

  test("lists every limit with its default, and says which are not in effect yet", () => {
    const rows = rowsOf(sectionOf(guide, "Limits"));
    assert.deepEqual(
      Object.fromEntries(rows.map(([name, value]) => [nameIn(name), JSON.parse(nameIn(value))])),
      { ...defaultLimits },
    );
    const idle = rows
      .filter(([, , , what = ""]) => what.startsWith("not in effect yet"))
      .map(([name]) => nameIn(name));
    const unused = Object.keys(defaultLimits).filter(
      (name) => !isUsed(new RegExp(`\\b${name}\\b`), ["server/limits.ts"]),
    );
    assert.deepEqual(idle, unused);
  });

  test("says of each silent mistake what tells it, and by which test that is held", () => {
    const text = sources.map(read).join("\n");
    const wrong = rowsOf(sectionOf(guide, "Development")).flatMap(([mistake = "", said = "", tests = ""]) => {
      const named = testsIn(tests);
      const isThere = named.some(([file, title]) => titlesIn(root + file).some((one) => one.test(title)));
      const isSaid = nameIn(said) !== "" && text.includes(nameIn(said));
      return isThere && isSaid ? [] : [mistake];
    });
    assert.deepEqual(wrong, []);
  });

  test("has examples that compile together, with those of docs/security.md", async () => {
    await using newcomer = await Newcomer.withFiles(filesIn(`${guide}\n${read("docs/security.md")}`));
    assert.deepEqual(await newcomer.typeErrors(), []);
  });

  test("has tests that pass", async () => {
    const files = filesIn(guide);
    await using newcomer = await Newcomer.withFiles(files);
    // Those of browsers import what is for browsers.
    const ofNode = Object.keys(files).filter(
      (name) => name.endsWith(".test.ts") && !files[name]?.includes("violet-live/testing/browser"),
    );
    assert.ok(ofNode.includes("counter.test.ts"));
    await newcomer.test(ofNode);
  });
});

suite("docs/guide/README.md", () => {
  test("lists the pages by their headings", () => {
    const listed = read("docs/guide/README.md").match(/^- \[.*?\]\([\w-]+\.md\)/gm) ?? [];
    const written = globSync("docs/guide/*.md", { cwd: root })
      .filter((file) => !file.endsWith("README.md"))
      .map((file) => `- [${/^# (.*)/.exec(read(file))?.[1]}](${posix.basename(file)})`);
    assert.deepEqual([...listed].sort(), written.sort());
  });
});

suite("docs/guide/performance.md", () => {
  test("says nothing that was not measured: its figures stand in docs/measurements.md, below the command", () => {
    const sections = read("docs/measurements.md").split(/^## /m);
    const rows = rowsOf(read("docs/guide/performance.md"));
    assert.ok(rows.length > 5);
    for (const [advice, measured = "", by] of rows) {
      const section = sections.find((text) => text.includes(nameIn(by))) ?? "";
      // "1,000" may be "N = 1000" there.
      const known: readonly string[] = section.replaceAll(",", "").match(/\d+(\.\d+)?/g) ?? [];
      for (const [figure] of measured.matchAll(/\d[\d,]*(\.\d+)?/g))
        assert.ok(known.includes(figure.replaceAll(",", "")), `${advice}: ${figure}`);
    }
  });
});

suite("docs/guide/deploying.md", () => {
  const page = read("docs/guide/deploying.md");
  const secondsOf = (name: string) =>
    Number(new RegExp(`\\b${name}[ =](\\d+)`).exec(page)?.[1] ?? assert.fail(name));

  test("lets quiet links stand, and the server end by itself", () => {
    const { deadAfterMs } = settingsOf({}, {});
    for (const name of ["proxy_read_timeout", "proxy_send_timeout"])
      assert.ok(secondsOf(name) * 1000 > deadAfterMs, name);
    const [, closeMs] = /CLOSE_STEP_MS = (\d+)/.exec(read("server/app.ts")) ?? [];
    const [, drainMs] = /DRAIN_MS = (\d+)/.exec(read("server/listen.ts")) ?? [];
    assert.ok(secondsOf("TimeoutStopSec") * 1000 > 2 * Number(closeMs) + Number(drainMs));
  });
});

suite("docs/coverage.md", () => {
  const tables = tablesOf(read("docs/coverage.md"));
  const rows = tables.flatMap(({ rows }) => rows);

  test("has one row for each sentence", () => {
    const places = rows.map(([place]) => place);
    assert.deepEqual(
      places.filter((place, index) => places.indexOf(place) !== index),
      [],
    );
  });

  test("knows four states, and names tests for what is built", () => {
    for (const [place, , , state = "", tests = ""] of rows) {
      assert.ok(["built", "partly", "untested", "planned"].includes(state), `${place}: ${state}`);
      assert.equal(
        testsIn(tests).length > 0,
        state === "built" || state === "partly",
        `${place} is ${state}`,
      );
    }
  });

  test("names tests that exist", () => {
    const missing = rows.flatMap(([place, , , , tests = ""]) =>
      testsIn(tests)
        .filter(([file, title]) => !titlesIn(root + file).some((one) => one.test(title)))
        .map((one) => `${place}: ${one.join(": ")}`),
    );
    assert.deepEqual(missing, []);
  });

  test("has a test for each id that begins with it, and a row for each id of a title", () => {
    const ids = rows.filter(([place = ""]) => /^[A-Z]\d/.test(place));
    const unshown = ids
      .filter(
        ([place = "", , , , tests = ""]) => !testsIn(tests).some(([, title]) => idsIn(title).includes(place)),
      )
      .filter(([, , , state]) => state === "built" || state === "partly");
    assert.deepEqual(unshown, []);
    const places = rows.map(([place]) => place);
    const unknown = globSync("test/**/*.test.ts", { cwd: root })
      .flatMap((file) => titlesIn(root + file).flatMap(({ source }) => idsIn(source.replace(/[\\^]/g, ""))))
      .filter((id) => !id.startsWith("T") && !places.includes(id));
    assert.deepEqual(unknown, []);
  });
});

/** The rows that a title is about: `T06 C1.1 C3.3 is not ...`. Those of T stand in docs/security.md. */
const idsIn = (title: string): string[] => /^(?:[A-Z]\d[\d.]* )+/.exec(title)?.[0].trim().split(" ") ?? [];

suite("docs/architecture.md", () => {
  test("names files that exist", () => {
    const names = new Set(sources.map((file) => posix.basename(file)));
    const named = read("docs/architecture.md").match(/[\w-]+\.ts\b/g) ?? [];
    assert.deepEqual(
      named.filter((name) => !names.has(name)),
      [],
    );
  });
});

suite("docs/decisions", () => {
  test("are listed by their headings", () => {
    const listed = read("docs/decisions/README.md").match(/^- .*/gm) ?? [];
    const written = globSync("docs/decisions/*.md", { cwd: root })
      .filter((file) => !file.endsWith("README.md"))
      .map((file) => `- [${/^# (.*)/.exec(read(file))?.[1]}](${posix.basename(file)})`);
    assert.deepEqual([...listed].sort(), written.sort());
  });
});

suite("the docs", () => {
  const files = [...globSync("*.md", { cwd: root }), ...globSync("docs/**/*.md", { cwd: root })];

  test("link to files and headings that exist", () => {
    const dead = files.flatMap((file) =>
      Array.from(read(file).matchAll(/\]\((?!https?:)([^)]+)\)/g), ([, link = ""]) => link)
        .filter((link) => !isThere(file, link))
        .map((link) => `${file}: ${link}`),
    );
    assert.deepEqual(dead, []);
  });

  test("name scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const missing = files.flatMap((file) =>
      Array.from(read(file).matchAll(/npm run ([\w:]+)/g), ([, name = ""]) => name)
        .filter((name) => !(name in scripts))
        .map((name) => `${file}: ${name}`),
    );
    assert.deepEqual(missing, []);
  });
});

function isThere(from: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path ? posix.join(posix.dirname(from), path) : from;
  if (!globSync(file, { cwd: root }).length) return false;
  const headings = Array.from(read(file).matchAll(/^#+ (.*)$/gm), ([, text = ""]) => anchorOf(text));
  return anchor === undefined || headings.includes(anchor);
}

const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
