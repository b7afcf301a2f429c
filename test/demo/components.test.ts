/** The demo's live components, by the test kit, as an app's own tests have them. */
import { snapshot } from "violet-live";
import { mount, testSite } from "violet-live/testing";
import { counter } from "../../demo/counter/counter.server.ts";
import { CounterCard } from "../../demo/counter/counter-card.ts";
import { dashboard } from "../../demo/dashboard/dashboard.server.ts";
import { metrics } from "../../demo/dashboard/metrics.ts";
import { signup } from "../../demo/signup/signup.server.ts";
import { SignupForm } from "../../demo/signup/signup-form.ts";
import { assert, suite, test } from "../support/suite.ts";

suite("the demo's counter", () => {
  test("counts both ways from where it is told to start", async () => {
    await using card = await mount(counter, { start: 10 }, { element: CounterCard });
    assert.match(card.html, /<p role="status" aria-label="Count">10<\/p>/);
    await card.trigger("increment");
    await card.trigger("increment");
    await card.trigger("decrement");
    assert.match(card.html, /aria-label="Count">11<\/p>/);
  });

  test("ends at 999 and at -999, and says so", async () => {
    await using card = await mount(counter, { start: 998 }, { element: CounterCard });
    await card.trigger("increment");
    assert.deepEqual([card.state.count, card.error], [999, undefined]);
    await card.trigger("increment");
    assert.deepEqual([card.state.count, card.error?.code], [999, "E_VALIDATION"]);
    assert.match(card.html, /<p role="alert">Must be [^<]*999[^<]*<\/p>/);
    await card.trigger("decrement");
    assert.deepEqual([card.state.count, card.error], [998, undefined]);
    await assert.rejects(mount(counter, { start: 1000 }), { code: "E_VALIDATION", field: "start" });
  });
});

suite("the demo's sign-up", () => {
  const ada = {
    name: "Ada Lovelace",
    email: "ada@example.org",
    password: "correct horse battery",
    age: 36,
    start: "2027-03-01",
    country: "Portugal",
    languages: ["C", "Rust"],
    plan: "Team",
    seats: 7,
    colour: "#aa3300",
    about: "I write\nprogrammes.",
    news: true,
    terms: true,
  };

  const wrong: readonly (readonly [field: keyof typeof ada, value: unknown, message: string])[] = [
    ["name", " ", "Tell us your name."],
    ["name", "a".repeat(61), "Use 60 letters at most."],
    ["email", "ada at example", "This is no e-mail address."],
    ["password", "short", "Use at least 8 letters."],
    ["age", 15, "You have to be 16."],
    ["start", "tomorrow", "Choose a day."],
    ["country", "", "Choose a country."],
    ["languages", [], "Choose one language or more."],
    ["plan", "Free lunch", "Choose a plan."],
    ["seats", 21, "Take 1 to 20 seats."],
    ["colour", "red", "Choose a colour."],
    ["about", "x".repeat(501), "Use 500 letters at most."],
    ["terms", false, "Accept the terms to go on."],
  ];

  test("says of each field what is wrong with it, and makes nothing", async () => {
    await using form = await mount(signup);
    for (const [field, value, message] of wrong) {
      await form.trigger("signUp", { ...ada, [field]: value } as typeof ada);
      assert.deepEqual([form.error?.field, form.error?.message], [field, message]);
    }
    assert.deepEqual(form.state, { account: null });
  });

  test("takes fields as forms send them", async () => {
    const { news: _, ...sent } = { ...ada, age: "", seats: "3", languages: "C", terms: "on" };
    await using form = await mount(signup);
    await form.trigger("signUp", { ...sent, email: "sent@example.org" } as object as typeof ada);
    const { seats, languages, news, age } = form.state.account ?? {};
    assert.deepEqual([seats, languages, news, age], [3, ["C"], false, undefined]);
  });

  test("makes one account for each address, and shows it without the password", async () => {
    const person = { ...ada, email: "one@example.org" };
    await using form = await mount(signup, {}, { element: SignupForm });
    await form.trigger("signUp", person);
    assert.match(form.html, /<h2 tabindex="-1">Welcome, Ada Lovelace<\/h2>/);
    assert.doesNotMatch(JSON.stringify(form.state) + form.html, /horse/);
    await form.trigger("again");
    assert.match(form.html, /<form method="post" novalidate ?>/);
    await form.trigger("signUp", { ...person, email: "One@Example.org" });
    assert.deepEqual(form.error, {
      callback: "signUp",
      code: "E_VALIDATION",
      field: "email",
      fields: { email: "There is an account for this address." },
      message: "There is an account for this address.",
    });
  });
});

suite("the demo's dashboard", () => {
  test("has a day for each person, and figures for all: one refreshes them for everybody", async () => {
    await using site = await testSite({ options: { modules: { dashboard: { dashboard } } } });
    const [ada, bob] = [await site.client({ stores: [metrics] }), await site.client({ stores: [metrics] })];
    const [mine, other] = [await ada.mount(dashboard), await bob.mount(dashboard)];
    const today = other.state.day;
    await mine.trigger("selectDay", "2026-01-02");
    assert.deepEqual([mine.state.day, other.state.day], ["2026-01-02", today]);
    await mine.trigger("selectDay", "someday");
    assert.equal(mine.error?.code, "E_VALIDATION");
    await other.trigger("refresh");
    await site.until("everybody has new figures", () =>
      [ada, bob].every((person) => snapshot(person.store(metrics)).refreshes === 1),
    );
  });
});
