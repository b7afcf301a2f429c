import { readFileSync } from "node:fs";
import { html } from "violet-live";

const kinds = {
  note: /\/\*[\s\S]*?\*\/|\/\/.*|<!--[\s\S]*?-->/,
  text: /"(?:[^"\\\n]|\\.)*"/,
  word: /@\w+|\b(?:accessor|as|async|await|class|const|else|export|extends|from|if|import|new|override|return|static|this|type)\b/,
};
const token = new RegExp(
  Object.entries(kinds)
    .map(([kind, { source }]) => `(?<${kind}>${source})`)
    .join("|"),
  "g",
);

/** A file of the demo, with its comments, strings and keywords in colour. */
export function source(file: string) {
  const code = readFileSync(new URL(`../${file}`, import.meta.url), "utf8").trimEnd();
  return html`
    <figure>
      <figcaption>demo/${file}</figcaption>
      <pre tabindex="0" aria-label="demo/${file}"><code>${coloured(code)}</code></pre>
    </figure>`;
}

function* coloured(code: string) {
  let at = 0;
  for (const { index, 0: text, groups = {} } of code.matchAll(token)) {
    yield code.slice(at, index);
    yield html`<span class=${Object.keys(groups).find((kind) => groups[kind]) ?? ""}>${text}</span>`;
    at = index + text.length;
  }
  yield code.slice(at);
}
