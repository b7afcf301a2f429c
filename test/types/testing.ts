/** Lines that must compile, and lines that must not, of the test kit. Checked by `npm run types`. */
import { array, integer, object, optional, string } from "superstruct";
import { html } from "violet-live";
import { LiveElement } from "violet-live/elements";
import { live } from "violet-live/server";
import { mount, TestClock, testSite } from "violet-live/testing";

const counter = live({
  state: object({ count: integer(), names: array(string()) }),
  params: object({ start: optional(integer()) }),
  initial: () => ({ count: 0, names: [] }),
  callbacks: (callback) => ({
    increment: (state) => {
      state.count++;
    },
    tell: (state, { broadcast, params }) => broadcast("told", state.count + (params.start ?? 0)),
    add: callback([integer(), optional(string())], async (state, n, name) => {
      state.count += n;
      return name;
    }),
  }),
});
const row = live({
  state: object({ text: string() }),
  params: object({ id: string() }),
  initial: ({ params: { id } }) => ({ text: id }),
});
class Card extends LiveElement(counter) {}

export async function mounting(): Promise<unknown[]> {
  const card = await mount(counter);
  await mount(counter, { start: 3 });
  await mount(counter, {}, { key: "a", element: Card, clock: new TestClock(), user: { name: "Ada" } });
  await mount(row, { id: "a" }, { element: html`<row-card></row-card>` });
  // @ts-expect-error no such param
  await mount(counter, { strat: 3 });
  // @ts-expect-error a number is wanted
  await mount(counter, { start: "3" });
  // @ts-expect-error its params are not optional
  await mount(row);
  // @ts-expect-error one param is missing
  await mount(row, {});
  // @ts-expect-error no such option
  await mount(counter, {}, { kee: "a" });
  // @ts-expect-error not what live() gives
  await mount(Card);

  const ada = await (await testSite()).client();
  await ada.mount(row, { id: "a" }, { key: "a" });
  // @ts-expect-error its params are not optional
  await ada.mount(row);
  // @ts-expect-error the clock is the site's
  await ada.mount(counter, {}, { clock: new TestClock() });

  await card.trigger("increment");
  await card.trigger("tell");
  await card.trigger("add", 2);
  await card.trigger("add", 2, "Ada");
  card.live.increment();
  card.live.add(2, "Ada");
  // @ts-expect-error no such callback
  await card.trigger("decrement");
  // @ts-expect-error a number is wanted
  await card.trigger("add", "2");
  // @ts-expect-error one argument is missing
  await card.trigger("add");
  // @ts-expect-error it takes none
  await card.trigger("increment", 1);
  // @ts-expect-error a page gives no context
  await card.trigger("tell", { broadcast() {} });
  // @ts-expect-error no such callback
  card.live.decrement();
  // @ts-expect-error a number is wanted
  card.live.add("2");

  const count: number = card.state.count;
  const names: readonly string[] = card.state.names;
  const code: string | undefined = card.error?.code;
  // @ts-expect-error a snapshot is read-only
  card.state.count = 3;
  // @ts-expect-error no such key
  void card.state.cuont;
  return [count, names, code];
}

export async function byThemselves(): Promise<void> {
  const state = { count: 0, names: [] };
  const { increment, tell, add } = counter.callbacks;
  increment(state);
  tell(state);
  tell(state, { params: { start: 3 }, broadcast: () => {} });
  const name: string | undefined = await add(state, 2);
  await add(state, 2, name);
  await add(state, 2, undefined, { client: { id: "ada" } });
  // @ts-expect-error a number is wanted
  await add(state, "2");
  // @ts-expect-error no such key of the context
  tell(state, { broadcst: () => {} });
  // @ts-expect-error its params have no such key
  tell(state, { params: { strat: 3 } });
  // @ts-expect-error not the component's state
  increment({ text: "" });
}
