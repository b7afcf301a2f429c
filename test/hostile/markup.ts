/**
 * `markup`: hostile text in every place that a page has for a value, in a real Chromium: rendered, hydrated, updated,
 * and made anew in the browser. Nothing of it may run.
 */
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { html } from "../../src/index.ts";
import type { Json } from "../../src/state/json.ts";
import { bundle } from "../e2e/hydration/bundle.ts";
import { launch } from "../e2e/support/browser.ts";
import type { Figures } from "../support/figures.ts";
import type { Size } from "../support/runs.ts";
import { randomFrom, seed } from "../support/seed.ts";
import { type Served, serve } from "../support/serve.ts";
import { markup as store } from "./markup-elements.ts";
import { payloads } from "./markup-payloads.ts";
import { watch } from "./markup-watch.ts";

const client = `import "../../hostile/markup-elements.ts"; import "../../../elements/tags.ts";`;
// Nothing is fetched for the payloads' own sake, and what would run by the page's policy is told.
const policy = "img-src 'none'; media-src 'none'";
const reported = "script-src 'self'";

export interface Told {
  /** Code of a payload that ran. */
  readonly ran: readonly string[];
  /** What the policy, had it been in force, would have stopped; elements and attributes that no template has. */
  readonly found: readonly string[];
  readonly failures: readonly string[];
}

const all = (): string => store.rows.map((value) => (typeof value === "string" ? value : "")).join(" ");

/** Serves the pages, and opens them in one browser. */
export class Markup implements AsyncDisposable {
  readonly #served: Served;
  readonly #browser: Awaited<ReturnType<typeof launch>>;
  #round = 0;

  private constructor(served: Served, browser: Awaited<ReturnType<typeof launch>>) {
    this.#served = served;
    this.#browser = browser;
  }

  static async start(): Promise<Markup> {
    const assets = await bundle({ client });
    const served = await serve(
      (site, app) => {
        site.use((_, response, next) => {
          response.setHeader("Content-Security-Policy", policy);
          response.setHeader("Content-Security-Policy-Report-Only", reported);
          next();
        });
        for (const [path, text] of assets)
          site.get(path, (_, response) => void response.type("js").send(text));
        site.get(
          "/rows",
          app.page(() => html`<h1 title=${all()}>${all()}</h1><hostile-rows></hostile-rows>`, {
            title: all,
            lang: all,
            head: () => html`<meta name="description" content=${all()}>`,
          }),
        );
        site.get(
          "/control",
          app.page(() => html`<hostile-control></hostile-control>`),
        );
        site.get(
          "/hole",
          app.page(() => html`<hostile-error></hostile-error>`, { onRenderError: "mark" }),
        );
        site.get(
          "/error",
          app.page(() => html`<hostile-error></hostile-error>`),
        );
        site.use(app.pages(fileURLToPath(new URL("markup-pages", import.meta.url))));
      },
      { client: "/assets/client.js" },
    );
    return new Markup(served, await launch());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.#served.close();
  }

  #write(rows: readonly Json[], said = ""): number {
    this.#round++;
    this.#served.app.run(() => Object.assign(store, { rows, said, round: this.#round }));
    return this.#round;
  }

  async #open(path: string, visit: (page: Page) => Promise<readonly string[]>): Promise<Told> {
    const page = await this.#browser.newPage();
    const ran: string[] = [];
    const failures: string[] = [];
    await page.exposeFunction("pwned", (what = "code") => void ran.push(`${path} ${what}`));
    page.on("dialog", (dialog) => {
      ran.push(`${path} ${dialog.type()}`);
      void dialog.dismiss();
    });
    page.on("pageerror", (error) => failures.push(`${path} ${error.message}`));
    await page.addInitScript(watch);
    const answer = await page.goto(this.#served.url + path, { waitUntil: "load" });
    if (answer?.status() !== (path === "/error" ? 500 : 200)) failures.push(`${path} is ${answer?.status()}`);
    const found = [...(await visit(page)), ...(await page.evaluate(() => reports))];
    await page.close();
    return { ran, found: found.map((each) => `${path} ${each}`), failures };
  }

  /** Two tasks later what a click began has run. */
  async #sweep(page: Page): Promise<string[]> {
    const found = await page.evaluate(() => sweep());
    await page.evaluate(() => new Promise((done) => setTimeout(() => setTimeout(done))));
    return found;
  }

  async #shows(page: Page, round: number): Promise<void> {
    await page.waitForFunction((wanted) => shownRound() === wanted, round);
  }

  /** A page with these rows: as it came, after each changed, and with all made by the browser. */
  async rows(path: string, rows: readonly Json[]): Promise<Told> {
    const first = this.#write(rows);
    return this.#open(path, async (page) => {
      await page.waitForFunction(() => customElements.get("hostile-rows") !== undefined);
      await this.#shows(page, first);
      const found = await this.#sweep(page);
      await this.#shows(page, this.#write([...rows.slice(1), ...rows.slice(0, 1)]));
      found.push(...(await this.#sweep(page)));
      await this.#shows(page, this.#write([]));
      await this.#shows(page, this.#write(rows, JSON.stringify(rows[0])));
      found.push(...(await this.#sweep(page)));
      return found;
    });
  }

  /** A page that tells of an error whose text are these rows. */
  error(path: "/hole" | "/error", rows: readonly Json[]): Promise<Told> {
    this.#write(rows);
    return this.#open(path, (page) => this.#sweep(page));
  }

  /** A page that nobody guards. */
  control(text: string): Promise<Told> {
    const round = this.#write([], text);
    return this.#open("/control", async (page) => {
      await this.#shows(page, round);
      await page.waitForFunction(() =>
        document.querySelector("hostile-control")?.shadowRoot?.querySelector("a"),
      );
      return this.#sweep(page);
    });
  }
}

export const controls = [
  "<img src=x onerror=pwned()>",
  "javascript:parent.pwned()",
  "<details open ontoggle=alert()>",
];

const AT_ONCE = 100;

/** Counts what all payloads did, in every kind of page. */
export async function attack(site: Markup, count: number): Promise<Told & { readonly pages: number }> {
  const told: Told[] = [];
  const list = payloads(count, randomFrom(seed));
  for (let at = 0; at < list.length; at += AT_ONCE) {
    const rows = list.slice(at, at + AT_ONCE);
    told.push(await site.rows("/rows", rows));
    told.push(await site.rows("/static.html", rows.slice(0, 10)));
    told.push(await site.error("/hole", rows), await site.error("/error", rows));
  }
  const of = (name: keyof Told) => told.flatMap((each) => each[name]);
  return { ran: of("ran"), found: of("found"), failures: of("failures"), pages: told.length };
}

export async function markup(size: Size, figures: Figures): Promise<void> {
  await using site = await Markup.start();
  for (const text of controls)
    figures.atLeast(`control ${text}: ran`, (await site.control(text)).ran.length, 1);
  const count = size === "full" ? 2500 : 250;
  const { ran, found, failures, pages } = await attack(site, count);
  for (const what of [...ran, ...found, ...failures].slice(0, 10)) console.error(`  ${what}`);
  figures.note("payloads", count);
  figures.note("pages", pages);
  figures.equal("payloads that ran", ran.length, 0);
  figures.equal("elements, attributes and URLs that no template has", found.length, 0);
  figures.equal("errors and failed pages", failures.length, 0);
}
