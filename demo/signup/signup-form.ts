import { nothing, type PropertyValues } from "lit";
import { customElement } from "lit/decorators.js";
import { html } from "violet-live";
import { LiveElement } from "violet-live/elements";
import { look } from "../look.ts";
import { countries, languages, plans } from "./choices.ts";
import { signup } from "./signup.server.ts";
import { style } from "./style.ts";

@customElement("signup-form")
export class SignupForm extends LiveElement(signup) {
  override render() {
    const { account } = this.state;
    return html`<section class="panel">${account ? this.#made(account) : this.#form()}</section>`;
  }

  #form() {
    const { error } = this;
    return html`
      <form method="post" novalidate @submit=${this.live.signUp}>
        ${error && !error.field ? html`<p role="alert">${error.message}</p>` : nothing}
        <div class="field"><label><span>Name</span><input name="name" autocomplete="name"></label></div>
        <div class="field"><label><span>E-mail</span><input name="email" type="email" autocomplete="email"></label></div>
        <div class="field">
          <label><span>Password</span><input name="password" type="password" autocomplete="new-password" aria-describedby="rule"></label>
          <small id="rule">At least 8 letters.</small>
        </div>
        <div class="field">
          <label><span>Age</span><input name="age" type="number" inputmode="numeric" aria-describedby="optional"></label>
          <small id="optional">You may leave this out.</small>
        </div>
        <div class="field"><label><span>First day</span><input name="start" type="date"></label></div>
        <div class="field">
          <label for="country">Country</label>
          <select id="country" name="country">
            <option value="">Choose…</option>
            ${countries.map((country) => html`<option>${country}</option>`)}
          </select>
        </div>
        <div class="field">
          <label for="languages">Languages</label>
          <select id="languages" name="languages" multiple size="4">
            ${languages.map((language) => html`<option>${language}</option>`)}
          </select>
        </div>
        <div class="field">
          <label for="about">About you</label>
          <textarea id="about" name="about" rows="4"></textarea>
        </div>
        <div class="field wide">
          <fieldset>
            <legend>Plan</legend>
            <span class="choices">${plans.map((plan) => html`<label><input type="radio" name="plan" .value=${plan}>${plan}</label>`)}</span>
          </fieldset>
        </div>
        <div class="field"><label><span>Seats, 1 to 20</span><input name="seats" type="range" min="1" max="20" value="3"></label></div>
        <div class="field"><label><span>Colour</span><input name="colour" type="color" value="#6a3ad0"></label></div>
        <div class="field wide"><label class="box"><input name="news" type="checkbox"><span>Send me news, now and then</span></label></div>
        <div class="field wide"><label class="box"><input name="terms" type="checkbox"><span>I accept the terms</span></label></div>
        <p class="send wide"><button>Sign up</button><span role="status">${this.busy ? "Sending…" : nothing}</span></p>
      </form>`;
  }

  #made(account: NonNullable<SignupForm["state"]["account"]>) {
    const { number, name, colour } = account;
    const facts = Object.entries({
      "E-mail": account.email,
      Age: account.age ?? "",
      "First day": account.start,
      Country: account.country,
      Languages: account.languages.join(", "),
      Plan: account.plan,
      Seats: account.seats,
      About: account.about,
      News: account.news ? "yes" : "no",
    });
    return html`
      <div class="made">
        <span class="badge" aria-hidden="true"><svg viewBox="0 0 40 40"><circle cx="20" cy="20" r="20" fill=${colour}></circle><path d="m12 21 6 6 11-13"></path></svg></span>
        <h2 tabindex="-1">Welcome, ${name}</h2>
        <p role="status" aria-label="Account">Account ${number} of this server</p>
        <dl>${facts.map(([fact, value]) => (value === "" ? nothing : html`<div><dt>${fact}</dt><dd>${value}</dd></div>`))}</dl>
        <form method="post" @submit=${this.live.again}><button class="quiet">Sign up another</button></form>
      </div>`;
  }

  /** What had the focus is gone: it goes to what came in its place. */
  protected override updated(changed: PropertyValues) {
    super.updated(changed);
    const isMade = this.state.account !== null;
    if (isMade && this.#wasMade === false) this.renderRoot.querySelector("h2")?.focus();
    this.#wasMade = isMade;
  }

  #wasMade: boolean | undefined;

  static override styles = [look, style];
}
