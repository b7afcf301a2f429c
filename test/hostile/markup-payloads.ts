/** What people try to put into pages: known payloads, and what random changes make of them. Each calls `pwned()`. */
import type { Json } from "../../src/state/json.ts";
import { pick } from "../support/seed.ts";

/** Elements and attributes that run code, and what ends the place that a text stands in. */
const tags = [
  "<script>pwned()</script>",
  "</script><script>pwned()</script>",
  "<!--<script>pwned()</script>",
  "--><img src=x onerror=pwned()>",
  "<img src=x onerror=pwned()>",
  "<svg onload=pwned()>",
  "<svg><script>pwned()</script></svg>",
  "<svg><animate onbegin=pwned() attributeName=x dur=1s>",
  "<svg><a><animate attributeName=href values=javascript:pwned() /><text>x</text></a></svg>",
  "<svg><use href=\"data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><script>pwned()</script></svg>#x\"/>",
  "<iframe srcdoc='<script>parent.pwned()</script>'></iframe>",
  "<iframe src=javascript:parent.pwned()></iframe>",
  "<object data=javascript:pwned()></object>",
  "<embed src=javascript:pwned()>",
  "<details open ontoggle=pwned()>",
  "<input autofocus onfocus=pwned()>",
  "<video><source onerror=pwned()></video>",
  "<body onload=pwned()>",
  "<marquee onstart=pwned()>",
  "<style onload=pwned()></style>",
  "<link rel=stylesheet href=data:text/css, onload=pwned()>",
  "<meta http-equiv=refresh content='0;url=javascript:pwned()'>",
  "<base href=javascript:pwned()//>",
  "<math><mtext><table><mglyph><style><!--</style><img src=x onerror=pwned()>",
  '<noscript><p title="</noscript><img src=x onerror=pwned()>">',
  "<template shadowrootmode=open><img src=x onerror=pwned()></template>",
  "</template><img src=x onerror=pwned()>",
  "</slot></p></section><img src=x onerror=pwned()>",
  "</title><img src=x onerror=pwned()>",
  "</textarea><img src=x onerror=pwned()>",
  "</style><img src=x onerror=pwned()>",
  "]]><img src=x onerror=pwned()>",
  "<?lit$1$?><img src=x onerror=pwned()>",
  "<!--lit-part--><img src=x onerror=pwned()><!--/lit-part-->",
  "<!--?lit$0$--><img src=x onerror=pwned()>",
  "<script id=violet type=application/json>{}</script><script>pwned()</script>",
  "<a id=violet href=javascript:pwned()>x</a>",
  "<form name=action action=javascript:pwned()><input name=action></form>",
  "\u2028<img src=x onerror=pwned()>\u2029",
  "\0<img src=x onerror=pwned()>",
  "\uff1cimg src=x onerror=pwned()\uff1e",
  "&lt;img src=x onerror=pwned()&gt;",
  "&#60;script&#62;pwned()&#60;/script&#62;",
  "\\u003cscript>pwned()</script>",
  "$".concat("{pwned()}{{pwned()}}<%= pwned() %>"),
];

const attributes = [
  '" onmouseover="pwned()" autofocus onfocus="pwned()',
  "' onfocus='pwned()' autofocus='",
  "x onfocus=pwned() autofocus=",
  '"><img src=x onerror=pwned()>',
  "'><img src=x onerror=pwned()>",
  "`><img src=x onerror=pwned()>",
  '" style="animation: x" onanimationstart="pwned()',
  'x" onclick="pwned()" x="',
  "pwned()",
  "javascript&colon;pwned()",
];

const urls = [
  "javascript:pwned()",
  "JaVaScRiPt:pwned()",
  "javascript://%0apwned()",
  "javascript://x\npwned()",
  "\u0001javascript:pwned()",
  "java\tscript:pwned()",
  "java\nscript\r:pwned()",
  "\x00javascript:pwned()",
  "  javascript:pwned()",
  "&#106;avascript:pwned()",
  "javascript:void(pwned())//https://a.example",
  "javascript:'<script>pwned()</script>'",
  "vbscript:pwned()",
  "data:text/html,<script>parent.pwned()</script>",
  "data:text/html;base64,PHNjcmlwdD5wYXJlbnQucHduZWQoKTwvc2NyaXB0Pg==",
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><script>parent.pwned()</script></svg>",
  "data:application/xhtml+xml,<x xmlns='http://www.w3.org/1999/xhtml'><script>pwned()</script></x>",
  "data:text/javascript,pwned()",
  "#x;javascript:pwned()",
  "unsafe:javascript:pwned()",
  "view-source:javascript:pwned()",
  "//javascript:pwned()",
  "about:srcdoc",
];

const styles = [
  "red;background:url(javascript:pwned())",
  "expression(pwned())",
  "url('javascript:pwned()')",
  "red}</style><script>pwned()</script>",
  "\\75rl(javascript:pwned())",
  "x:expression(pwned());behavior:url(#x);-moz-binding:url(//x)",
  "@import 'javascript:pwned()';",
];

/** JSON that a template may take for something else. */
const objects: readonly Json[] = [
  { toString: 1 },
  { valueOf: 1, toString: "x" },
  { _$litType$: 1 },
  { _$litType$: 1, strings: ["<img src=x onerror=pwned()>"], values: [] },
  { _$litType$: { h: ["<img src=x onerror=pwned()>"], parts: [] }, values: [] },
  { _$litDirective$: {}, values: ["<img src=x onerror=pwned()>"] },
  { _$litStatic$: "<img src=x onerror=pwned()>" },
  { nodeType: 1, innerHTML: "<img src=x onerror=pwned()>" },
  { type: "call", name: "pwned", args: [] },
  { handleEvent: "pwned()", nodeType: 3 },
  [["javascript:pwned()"]],
  ["javascript:pwned()"],
  [{ toString: 1 }, "<img src=x onerror=pwned()>"],
  { length: 4294967295 },
  { href: "javascript:pwned()", raw: ["<b>"] },
];

const seeds = [...tags, ...attributes, ...urls, ...styles];

type Random = () => number;
const insert = (text: string, part: string, random: Random) => {
  const at = Math.floor(random() * (text.length + 1));
  return text.slice(0, at) + part + text.slice(at);
};

const changes: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => text.replace(/[a-z]/gi, (one) => (random() < 0.3 ? one.toUpperCase() : one)),
  (text, random) =>
    pick(random, [" ", "\t", "\n", "\r", "\f", "\v", "\0", "\u0001", "\u001f", "\u00a0", "\ufeff"]) + text,
  (text, random) =>
    insert(text, pick(random, ["\t", "\n", "\r", "\0", "\u200b", "\u2028", "\ud800", "/", "\\"]), random),
  (text, random) =>
    pick(random, ['"', "'", "`", ">", '">', "'>", "-->", "]]>", "</p>", "</script>", "{", "${"]) + text,
  (text, random) => text + pick(random, ['"', "'", "<!--", "<script>", "\\", "&", "\0", "${"]),
  (text) => text.replaceAll("<", "&lt;"),
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => text.replaceAll(" ", "/"),
  (text) => text.replaceAll("(", "&#40;").replaceAll(":", "&colon;"),
  (text, random) => text + pick(random, seeds),
  (text, random) => pick(random, ["javascript:", "data:text/html,", "java\nscript:", "x:"]) + text,
];

/** This many different ones: the known first. */
export function payloads(count: number, random: Random): Json[] {
  const texts = new Set(seeds);
  while (texts.size + objects.length < count) {
    let text = pick(random, seeds);
    for (let left = 1 + Math.floor(random() * 3); left > 0; left--)
      text = pick(random, changes)(text, random);
    texts.add(text);
  }
  return [...objects, ...texts].slice(0, count);
}
