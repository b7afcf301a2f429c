import { array, boolean, defaulted, integer, nullable, object, optional, refine, string } from "superstruct";
import { VioletError } from "violet-live";
import { live } from "violet-live/server";
import { countries, languages, plans } from "./choices.ts";

/** A text for which `check` says nothing; else what it says is shown at its field. */
const text = (check: (text: string) => string | false) =>
  refine(string(), "text", (value) => check(value.trim()) || true);

const oneOf = (choices: readonly string[], ask: string) => text((value) => !choices.includes(value) && ask);

const Signup = object({
  name: text((name) => (name ? name.length > 60 && "Use 60 letters at most." : "Tell us your name.")),
  email: text(
    (email) => !/^[^\s@]{1,64}@[^\s@]{1,128}\.[a-z]{2,24}$/i.test(email) && "This is no e-mail address.",
  ),
  password: text((password) => (password.length < 8 || password.length > 200) && "Use at least 8 letters."),
  age: optional(refine(integer(), "age", (age) => (age >= 16 && age <= 130) || "You have to be 16.")),
  start: text((day) => !/^\d{4}-\d\d-\d\d$/.test(day) && "Choose a day."),
  country: oneOf(countries, "Choose a country."),
  languages: refine(
    array(oneOf(languages, "This language is not in the list.")),
    "languages",
    ({ length }) => (length > 0 && length <= languages.length) || "Choose one language or more.",
  ),
  // A browser sends nothing of radio buttons of which none is chosen.
  plan: defaulted(oneOf(plans, "Choose a plan."), ""),
  seats: refine(integer(), "seats", (seats) => (seats >= 1 && seats <= 20) || "Take 1 to 20 seats."),
  colour: text((colour) => !/^#[0-9a-f]{6}$/i.test(colour) && "Choose a colour."),
  about: text((about) => about.length > 500 && "Use 500 letters at most."),
  news: boolean(),
  terms: refine(boolean(), "terms", (isTicked) => isTicked || "Accept the terms to go on."),
});

const Account = object({
  number: integer(),
  name: string(),
  email: string(),
  age: optional(integer()),
  start: string(),
  country: string(),
  languages: array(string()),
  plan: string(),
  seats: integer(),
  colour: string(),
  about: string(),
  news: boolean(),
});

/** The addresses of this server's accounts; the oldest is forgotten for the 10,001st. */
const accounts = new Set<string>();
let made = 0;

function enter(email: string): number {
  const address = email.trim().toLowerCase();
  if (accounts.has(address))
    throw new VioletError(
      "E_VALIDATION",
      {},
      { field: "email", message: "There is an account for this address." },
    );
  accounts.add(address);
  const [oldest = ""] = accounts;
  if (accounts.size > 10_000) accounts.delete(oldest);
  return ++made;
}

export const signup = live({
  state: object({ account: nullable(Account) }),
  initial: () => ({ account: null }),
  callbacks: (callback) => ({
    signUp: callback([Signup], (state, { name, email, age, start, country, ...rest }) => {
      const { languages, plan, seats, colour, about, news } = rest;
      const account = { name, email, start, country, languages, plan, seats, colour, about, news };
      state.account = { number: enter(email), ...account, ...(age !== undefined && { age }) };
    }),
    again: (state) => {
      state.account = null;
    },
  }),
});
