/**
 * Server rendering in process: 100 rows of nested elements and a form. Stock @lit-labs/ssr (`collectResultSync`) beside
 * Violet's renderer, first over the same plain Lit elements, then with Violet's own base class and `html`. The candidates
 * take turns; medians of the rounds.
 *
 *   npm run bench -- render [--rounds 41]
 */
process.env.NODE_ENV = "production";
const { parseArgs } = await import("node:util");
const { renderThunked } = await import("@lit-labs/ssr");
const { collectResultSync } = await import("@lit-labs/ssr/lib/render-result.js");
const { css, html: litHtml, LitElement } = await import("lit");
const { html: violetHtml, callback } = await import("../lib/src/index.js");
const { VioletElement } = await import("../lib/elements/index.js");
const { violet } = await import("../lib/server/index.js");
const { renderToHtml } = await import("../lib/server/render/renderer.js");
const { Rendering } = await import("../lib/server/render/rendering.js");
const { Visit } = await import("../lib/server/render/visit.js");

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "41" } } });
const ROUNDS = Number(flags.rounds);
const RENDERS = 25;

type Html = typeof litHtml;
interface Person {
  readonly id: number;
  readonly name: string;
  readonly online: boolean;
  readonly points: number;
}

const people: Person[] = Array.from({ length: 100 }, (_, id) => ({
  id,
  name: `Ada <${id}> & friends`,
  online: id % 3 === 0,
  points: id * 7,
}));

/** The same elements under names of their own. */
function define(prefix: string, Base: typeof LitElement, litHtml: Html): () => unknown {
  const html = renamed(litHtml, prefix);
  const pressed = callback(() => {});
  class Points extends Base {
    static override properties = { points: { type: Number } };
    static override styles = css`b { font-variant-numeric: tabular-nums; }`;
    declare points: number;
    override render() {
      return html`<b class=${this.points > 300 ? "many" : "few"}>${this.points} points</b>`;
    }
  }
  class Row extends Base {
    static override properties = { person: { attribute: false }, online: { type: Boolean, reflect: true } };
    static override styles = css`:host { display: block; } p { margin: 0; }`;
    declare person: Person;
    declare online: boolean;
    override render() {
      const { name, points, id } = this.person;
      return html`<p id="row-${id}">${name} <x-points points=${points}></x-points></p>
        <button ?disabled=${!this.online} @click=${pressed}>Greet</button><slot></slot>`;
    }
  }
  class List extends Base {
    static override styles = css`ul { padding: 0; }`;
    override render() {
      const row = (person: Person) =>
        html`<li><x-row .person=${person} ?online=${person.online}>#${person.id}</x-row></li>`;
      return html`<ul>${people.map(row)}</ul>
        <form @submit=${pressed}>
          <label>Name <input name="name" .value=${"Ada"} required></label>
          <label>Color <select name="color">${["red", "green"].map((color) => html`<option>${color}</option>`)}</select></label>
          <button>Add</button>
        </form>`;
    }
  }
  for (const [name, element] of Object.entries({ points: Points, row: Row, list: List }))
    customElements.define(`${prefix}-${name}`, element);
  return () => html`<main><h1>People</h1><x-list></x-list></main>`;
}

/** Writes `prefix` for `x` in the tags of a template. */
function renamed(html: Html, prefix: string): Html {
  const known = new Map<TemplateStringsArray, TemplateStringsArray>();
  const rename = (strings: TemplateStringsArray) => {
    const texts = strings.map((text) => text.replaceAll(/(<\/?)x-/g, `$1${prefix}-`));
    const made = Object.assign(texts, { raw: texts });
    known.set(strings, made);
    return made;
  };
  return (strings, ...values) => html(known.get(strings) ?? rename(strings), ...values);
}

const app = violet({ secret: "a secret for benchmarks alone" });
await app.ready;
const request = { headers: {}, url: "/", socket: {} };
const session = { id: "bench", user: undefined, data: undefined };
const visit = new Visit(app, request, session);
const byLit = (template: () => unknown) => collectResultSync(renderThunked(template()));
const byViolet = (template: () => unknown) => renderToHtml(template(), new Rendering(visit, "throw"));

const lit = define("lit", LitElement, litHtml);
const own = define("own", VioletElement, violetHtml);
const candidates = {
  "stock Lit SSR": () => byLit(lit),
  "Violet, the same elements": () => byViolet(lit),
  "Violet, its base class and html": () => byViolet(own),
};

/** What is the same in both: all but where styles stand, how they are named, and what a marker says of its template. */
const comparable = (html: string) =>
  html
    .replaceAll(/<style>.*?<\/style>|<link rel="stylesheet"[^>]*>/gs, "")
    .replaceAll(/lit-part \S+?-->/g, "lit-part-->")
    .replaceAll(/(<\/?)(lit|own)-/g, "$1x-");
const [expected, ...others] = Object.values(candidates).map((render) => comparable(render()));
if (others.some((html) => html !== expected)) throw new Error("the candidates do not render the same");

type Name = keyof typeof candidates;
const names = Object.keys(candidates) as Name[];
const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1] as number;

function rendersPerCpuSecond(render: () => string): number {
  const start = process.cpuUsage();
  for (let n = 0; n < RENDERS; n++) render();
  const { user, system } = process.cpuUsage(start);
  return (RENDERS * 1e6) / (user + system);
}

const rounds: Record<Name, number>[] = [];
for (let round = -10; round < ROUNDS; round++) {
  const rates = Object.fromEntries(names.map((name) => [name, rendersPerCpuSecond(candidates[name])]));
  if (round >= 0) rounds.push(rates as Record<Name, number>);
}
const [stock] = names as [Name];
console.log(`\n${people.length} rows of nested elements and a form, ${expected?.length} letters, in process`);
console.table(
  Object.fromEntries(
    names.map((name) => [
      name,
      {
        "renders per CPU-second": Math.round(median(rounds.map((rates) => rates[name]))),
        "times stock": median(rounds.map((rates) => rates[name] / rates[stock])).toFixed(2),
      },
    ]),
  ),
);
await app.close();
