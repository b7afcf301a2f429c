import { readFileSync } from "node:fs";
import { html, trusted } from "violet-live";

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
      <pre tabindex="0" aria-label="demo/${file}"><code>${trusted(coloured(code))}</code></pre>
    </figure>`;
}

/** HTML in one piece: of a template for each token the page would be markers for the most part. */
function coloured(code: string): string {
  let html = "";
  let at = 0;
  for (const { index, 0: text, groups = {} } of code.matchAll(token)) {
    const kind = Object.keys(groups).find((name) => groups[name]);
    html += `${escaped(code.slice(at, index))}<span class="${kind}">${escaped(text)}</span>`;
    at = index + text.length;
  }
  return html + escaped(code.slice(at));
}

const escaped = (code: string) => code.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
