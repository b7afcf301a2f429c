/** What development builds say of an element's root. */
import { VioletElement } from "../../elements/index.ts";
import { html } from "../../src/index.ts";
import { assert, suite, test } from "../support/suite.ts";

const tag = (() => {
  let count = 0;
  return (of: CustomElementConstructor) => {
    const name = `root-checks-${count++}`;
    customElements.define(name, of);
    return name;
  };
})();

async function warningsOf(name: string, count = 1): Promise<string[]> {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  try {
    for (let i = 0; i < count; i++) {
      const element = document.createElement(name) as VioletElement;
      document.body.append(element);
      await element.updateComplete;
      element.remove();
    }
  } finally {
    console.warn = warn;
  }
  return warnings;
}

suite("an element's root, in development", () => {
  test("warns once of one that renders into its own children", async () => {
    const name = tag(
      class extends VioletElement {
        override createRenderRoot() {
          return this;
        }
      },
    );
    const warnings = await warningsOf(name, 2);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] as string, new RegExp(`^violet: <${name}> renders into its own children`));
  });

  test("warns of a label, and of ARIA attributes, that name an element of another shadow root", async () => {
    const name = tag(
      class extends VioletElement {
        override render() {
          const child = document.createElement("div");
          child
            .attachShadow({ mode: "open" })
            .append(Object.assign(document.createElement("i"), { id: "inside" }));
          return html`<label for="inside">Name</label><b aria-describedby="near around">x</b><i id="near"></i>${child}`;
        }
      },
    );
    document.body.append(Object.assign(document.createElement("p"), { id: "around" }));
    const warnings = await warningsOf(name, 2);
    assert.deepEqual(
      warnings.map((text) => text.replace(/ names.*/, "")),
      [`violet: <${name}>: for="inside"`, `violet: <${name}>: aria-describedby="around"`],
    );
  });

  test("says nothing of what is there, nor of what may come", async () => {
    const name = tag(
      class extends VioletElement {
        override render() {
          return html`<label for="own">Name</label><input id="own" aria-describedby="error-later">`;
        }
      },
    );
    assert.deepEqual(await warningsOf(name), []);
  });
});
