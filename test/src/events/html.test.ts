// Templates that are wrong on purpose.
/* oxlint-disable lit/no-invalid-html, lit/binding-positions, lit/no-useless-template-literals */
import { html as litHtml, nothing } from "lit";
import { callback } from "../../../src/events/callback.ts";
import { hosts } from "../../../src/events/host.ts";
import { html } from "../../../src/events/html.ts";
import { trusted } from "../../../src/events/trusted.ts";
import { assert, suite, test } from "../../support/suite.ts";

const save = callback(() => {});
const text = "x";

suite("html", () => {
  test("gives Lit the same strings, so that Lit's caches and digests hold", () => {
    const tag = (strings: TemplateStringsArray, ...values: unknown[]) => [
      html(strings, ...values).strings,
      litHtml(strings, ...values).strings,
    ];
    const [mine, lits] = tag`<button @click=${save}>${text}</button>`;
    assert.equal(mine, lits);
  });

  test("leaves values that are no functions as they are", () => {
    const rows = [1, 2];
    assert.deepEqual(html`<p class=${text} .rows=${rows}>${nothing}</p>`.values, [text, rows, nothing]);
  });

  test("takes null, undefined and nothing for no handler", () => {
    assert.doesNotThrow(
      () => html`<p @click=${null} @input.debounce=${undefined} @keydown.enter=${nothing}></p>`,
    );
  });

  for (const value of ["save()", 1, false, {}, { handleEvent() {} }])
    test(`refuses ${JSON.stringify(value)} as a handler`, () =>
      assert.throws(() => hosts("chat-room", () => html`<button @click=${value}></button>`), {
        code: "E_UNMARKED",
        message: new RegExp(`^@click on <button> in <chat-room>: this ${typeof value} is not marked`),
      }));

  test("T08 executes no data, whatever it looks like: as a handler it has no mark, as a child it is text", () => {
    const calls = [
      { type: "call", name: "alert", args: [1] },
      { kind: "callback", structs: [] },
      { kind: "action" },
      { handler: "alert(1)", args: [] },
      { handleEvent: "alert(1)" },
      { _$litDirective$: {}, values: [] },
      "alert(1)",
    ];
    for (const value of calls) {
      assert.throws(() => html`<p @click=${value}></p>`, { code: "E_UNMARKED" });
      const [shown] = html`<p>${value}</p>`.values;
      assert.equal(shown, typeof value === "string" ? value : "[object Object]");
    }
  });

  test("refuses an unknown modifier and names the known ones", () =>
    assert.throws(() => html`<form><input @input.debonce.300=${save}></form>`, {
      code: "E_MODIFIER",
      message:
        /^@input\.debonce\.300 on <input>: "debonce" is not a modifier. Known are prevent, stop, .*enter, esc/,
    }));

  test("refuses text around a handler", () => {
    const expected = { code: "E_BINDING", message: /^@click on <button> has text around its handler/ };
    assert.throws(() => html`<button @click="save(${text})"></button>`, expected);
    assert.throws(() => html`<button @click="${save} "></button>`, expected);
    assert.throws(() => html`<button @click=${save}${save}></button>`, expected);
  });
});

suite("html reads only tags", () => {
  test("and leaves text that looks like a binding alone", () => {
    assert.doesNotThrow(
      () => html`<p>write @click=${text} or "@click.nothing="${text}" here</p> @input.x="${text}"`,
    );
    assert.doesNotThrow(() => html`<p title="a > b" alt='"'>@click.nothing="${text}"</p>`);
  });

  test("and leaves an attribute's value alone", () => {
    assert.doesNotThrow(() => html`<p title="@click.nothing=${text}" lang='<b @click="${text}">'></p>`);
  });

  test("and leaves comments alone", () => {
    assert.doesNotThrow(() => html`<!-- <button @click.nothing=${text} onclick=${text}> --><p>${text}</p>`);
  });

  test("and leaves the content of raw text elements alone", () => {
    assert.doesNotThrow(() => html`<title>  <b @click.nothing='${text}'> </title>`);
    assert.doesNotThrow(() => html`<textarea>  <b @click.nothing=${text}> </textarea>`);
  });

  test("after comments, raw text, quotes and upper case too", () => {
    const refused = { code: "E_MODIFIER" };
    assert.throws(() => html`<!-- a > b --><p @click.x=${save}></p>`, refused);
    assert.throws(() => html`<textarea @input.x=${save}>${text}</textarea>`, refused);
    assert.throws(() => html`<textarea>${text}</textarea><p @click.x=${save}></p>`, refused);
    assert.throws(() => html`<p title="a > b" class=${text} @click.x=${save}></p>`, refused);
    assert.throws(() => html`<P ${text} @click.x='${save}'></P>`, refused);
    assert.throws(() => html`<br @click.x = "${save}"/>`, refused);
    assert.throws(
      () => html`<p>a < b</p><x-y.z
      class="a ${text} b"
      @click.x=${save}></x-y.z>`,
      refused,
    );
  });
});

suite("a sink", () => {
  test("is never bound, and the message names it and the cure", () => {
    const sink = (message: RegExp) => ({ code: "E_SINK", message });
    assert.throws(
      () => html`<p onclick=${text}></p>`,
      sink(/^onclick on <p> is never bound.* @click=\$\{handler\}/),
    );
    assert.throws(() => html`<svg ONLOAD="a(${text})"></svg>`, sink(/^ONLOAD on <svg>/));
    assert.throws(() => html`<iframe srcdoc=${text}></iframe>`, sink(/^srcdoc on <iframe>/));
    assert.throws(() => html`<iframe .srcdoc=${text}></iframe>`, sink(/^\.srcdoc on <iframe>/));
    assert.throws(() => html`<p .innerHTML=${text}></p>`, sink(/^\.innerHTML on <p> .*trusted\(html\)/));
    assert.throws(() => html`<p .outerHTML=${text}></p>`, sink(/^\.outerHTML on <p>/));
  });

  test("throws each time, not at first sight alone", () => {
    const bad = () => html`<p onclick=${text}></p>`;
    assert.throws(bad, { code: "E_SINK" });
    assert.throws(bad, { code: "E_SINK" });
  });

  test("may stand in the template's own text, and other names may begin alike", () => {
    assert.doesNotThrow(
      () => html`<p onclick="history.back()" on=${text} data-once=${text} .onSave=${save}></p>`,
    );
  });
});

suite("trusted", () => {
  test("takes a string alone", () => {
    assert.ok(trusted("<b>bold</b>"));
    assert.throws(() => trusted({ toString: () => "<b>" } as unknown as string), TypeError);
    assert.throws(() => trusted(undefined as unknown as string), TypeError);
  });
});
