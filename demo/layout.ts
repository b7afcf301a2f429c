import { nothing } from "lit";
import { html } from "violet-live";
import { type Page, pages } from "./pages.ts";

/** Everything that stands in <head> besides what Violet puts there. */
export const head = html`
  <meta name="color-scheme" content="light dark">
  <link rel="icon" href="/violet.svg">
  <link rel="stylesheet" href="/style.css">`;

/** The frame around every page's content. On small screens its links are a menu, which works without a script. */
export const layout = (path: string, content: unknown) => html`
  <a class="skip" href="#main">Skip to the content</a>
  <header>
    <div class="bar">
      <a class="brand" href="/"><img src="/violet.svg" alt="">Violet</a>
      <nav aria-label="Pages">
        <button type="button" popovertarget="menu">Pages</button>
        <ul id="menu" popover>${pages.map((page) => link(page, path))}</ul>
      </nav>
    </div>
  </header>
  <main id="main" tabindex="-1">${content}</main>
  <footer>
    <div><span>Live web components, from one definition.</span> <span>MIT licence</span></div>
  </footer>`;

const link = ({ path, title }: Page, here: string) =>
  path === here
    ? html`<li><a href=${path} aria-current="page">${title}</a></li>`
    : html`<li><a href=${path}>${title}</a></li>`;

/** Where a page's state lives, and how it calls, as words in colour. */
export const scopes = ({ scopes, calls = [] }: Page) =>
  [...scopes, ...calls].map((scope) => html`<span class="scope ${scope}">${scope}</span> `);

/**
 * Style sheets show it, and only where scripts are off. The forms of live components work there; the others have the
 * method "dialog", by which browsers send nothing.
 */
const scriptless = html`
  <p class="scriptless">JavaScript is off: this page shows its state, but sends nothing.
    <a href="/counter">Counter</a> and <a href="/signup">Sign up</a> work without.</p>`;

/** A live page: its element, the truth about the link where it has one, and what to try. */
export const livePage = (page: Page, element: unknown) =>
  layout(
    page.path,
    html`
    <div class=${page.isTall ? "tall page" : "page"}>
      <div class="opening">
        <div class="intro">
          <div>${scopes(page)}</div>
          <h1>${page.title}</h1>
          <p>${page.sentence}</p>
        </div>
        <div class="stage">
          ${page.scopes.includes("live") ? nothing : scriptless}
          ${element}
          ${page.scopes.some((scope) => scope !== "local") || page.calls?.includes("realtime") ? html`<violet-status></violet-status>` : nothing}
        </div>
      </div>
      <aside class="tries" aria-labelledby="try">
        <h2 id="try">Try this</h2>
        <ol>${page.tries.map((text) => html`<li>${text}</li>`)}</ol>
        <a href="/#${page.name}-source">Show the source</a>
      </aside>
    </div>`,
  );
