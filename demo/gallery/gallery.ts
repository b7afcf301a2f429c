import { html } from "violet-live";
import { layout, scopes } from "../layout.ts";
import { type Page, pages } from "../pages.ts";
import { drawing, pictures } from "./drawing.ts";
import { source } from "./source.ts";

/** The page at `/`: it explains the others and shows their source. Nothing on it is live, so it loads no script. */
export const gallery = () =>
  layout(
    "/",
    html`
    <section class="hero">
      <div>
        <h1>Write an element. Choose where its state lives.</h1>
        <p>Violet binds the properties of web components to state that lives in the browser, on the server or
          with everybody. Change it anywhere: every screen that shows it follows.</p>
        <p>The pages below run on this server. Open each in two windows.</p>
      </div>
      ${drawing}
    </section>
    <section aria-labelledby="pages">
      <h2 id="pages">The pages</h2>
      <div class="gallery">${pages.map(card)}</div>
    </section>`,
  );

const card = (page: Page) => html`
  <article class="card" aria-labelledby=${page.name}>
    ${pictures[page.name]}
    <header><h3 id=${page.name}><a href=${page.path}>${page.title}</a></h3>${scopes(page)}</header>
    <p>${page.sentence}</p>
    <details>
      <summary>Source of ${page.title}</summary>
      <div id="${page.name}-source">${page.sources.map(source)}</div>
    </details>
  </article>`;
