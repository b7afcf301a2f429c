import { css } from "lit";
import { customElement } from "lit/decorators.js";
import { callback, html, on } from "violet-live";
import { from, VioletElement } from "violet-live/elements";
import { checked } from "../checked.ts";
import { look } from "../look.ts";
import { settings } from "./settings.ts";

const themes = { system: "System", light: "Light", dark: "Dark" };
type Theme = keyof typeof themes;

@customElement("settings-panel")
export class SettingsPanel extends VioletElement {
  @from(settings) accessor theme!: Theme;
  @from(settings) accessor sidebar!: boolean;

  override render() {
    return html`
      <section class="panel" aria-label="Settings">
        <div class="options">
          <fieldset>
            <legend>Theme</legend>
            <span class="choices">${Object.keys(themes).map((theme) => this.#choice(theme as Theme))}</span>
          </fieldset>
          <label class="toggle"><input type="checkbox" ?checked=${checked(this.sidebar)} @change=${this.toggle}>Show the sidebar</label>
        </div>
        <aside aria-label="Sidebar" ?hidden=${!this.sidebar}>
          <h2>Sidebar</h2>
          <p>Hide it, reload, and it stays hidden: the page is rendered without it.</p>
        </aside>
      </section>`;
  }

  #choice(theme: Theme) {
    return html`
      <label><input type="radio" name="theme" ?checked=${checked(this.theme === theme)} @change=${on(this.choose, theme)}>${themes[theme]}</label>`;
  }

  @callback choose(theme: Theme) {
    this.theme = theme;
  }

  @callback toggle(event: Event) {
    this.sidebar = (event.target as HTMLInputElement).checked;
  }

  static override styles = [
    look,
    css`
      section {
        display: flex;
        flex-wrap: wrap;
        min-height: 17rem;
        overflow: hidden;
      }

      .options {
        display: grid;
        flex: 1 1 17rem;
        gap: 1.6rem;
        align-content: start;
        padding: clamp(1.4rem, 5vw, 2.2rem);
      }

      legend {
        margin-bottom: 0.4rem;
      }

      .toggle {
        display: flex;
        gap: 0.7rem;
        align-items: center;
        color: var(--ink);
        font-size: 1rem;
        cursor: pointer;
      }

      .toggle input {
        width: 1.15rem;
        height: 1.15rem;
        margin: 0;
      }

      aside {
        flex: 1 1 12rem;
        padding: clamp(1.4rem, 5vw, 2.2rem);
        box-shadow: -1px -1px 0 var(--line);
        background: var(--sunken);
        color: var(--muted);
        font-size: 0.95rem;
      }

      h2 {
        margin: 0 0 0.5rem;
        color: var(--ink);
        font-size: 1.05rem;
      }

      p {
        margin: 0;
      }

      [hidden] {
        display: none;
      }
    `,
  ];
}
