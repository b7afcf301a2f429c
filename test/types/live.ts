/** Lines that must compile, and lines that must not, of live components. Checked by `npm run types`. */
import { array, integer, object, optional, string } from "superstruct";
import { on, remote } from "violet-live";
import { LiveElement } from "violet-live/elements";
import { live } from "violet-live/server";

const counter = live({
  state: object({ count: integer(), names: array(string()) }),
  params: object({ start: optional(integer()) }),
  initial: ({ params, client }) => ({ count: params.start ?? 0, names: [client.id] }),
  callbacks: (callback) => ({
    increment: (state) => {
      state.count++;
    },
    add: callback([integer(), optional(string())], async (state, n, name, { render, params }) => {
      state.count += n + (params.start ?? 0);
      state.names.push(name ?? "");
      await render();
    }),
    // @ts-expect-error D2.1.1 the state has no such key
    broken: (state) => state.cuont,
  }),
  onMount: (state, { signal }) => signal.addEventListener("abort", () => state.count++),
  onError: (state, error) => void (state.count = error.message.length),
  rateLimit: "100/minute",
  model: ["count"],
});

live({
  state: object({ count: integer() }),
  // @ts-expect-error E1.2 not what the struct says
  initial: () => ({ count: "none" }),
});
live({
  state: object({ count: integer() }),
  // @ts-expect-error its params have no such key
  initial: ({ params }) => ({ count: params.start }),
});
live({
  state: object({ count: integer() }),
  initial: () => ({ count: 0 }),
  // @ts-expect-error no key of the state
  model: ["cuont"],
});
live({
  state: object({ count: integer() }),
  initial: () => ({ count: 0 }),
  // @ts-expect-error not per what
  rateLimit: "100",
});
live({
  state: object({ count: integer() }),
  initial: () => ({ count: 0 }),
  // @ts-expect-error D5.2.3 no such option
  debounce: 3,
});

// Called by themselves, in tests.
const state = { count: 0, names: [] };
void counter.callbacks.add(state, 2);
void counter.callbacks.add(state, 2, "Ada");
// @ts-expect-error a number is wanted
void counter.callbacks.add(state, "2");
// @ts-expect-error D0.1 no such callback
void counter.callbacks.sub(state);

export class Card extends LiveElement(counter) {
  override render(): unknown {
    const count: number = this.state.count;
    const names: readonly string[] = this.state.names;
    this.live.increment();
    this.live.add(3);
    this.live.add(3, "Ada");
    on(this.live.add, 1);
    const code: string | undefined = this.error?.code;
    const ofEmail: string | undefined = this.error?.fields?.email;
    const isBusy: boolean = this.busy;
    // @ts-expect-error a snapshot is read-only
    this.state.count = 3;
    // @ts-expect-error no such key
    void this.state.cuont;
    // @ts-expect-error D0.1 no such callback
    this.live.decrement();
    // @ts-expect-error a number is wanted
    this.live.add("3");
    // @ts-expect-error one argument is missing
    this.live.add();
    // @ts-expect-error two at most
    this.live.add(1, "a", 2);
    // @ts-expect-error it takes none
    this.live.increment(1);
    return [count, names, code, ofEmail, isBusy];
  }
}

// Without a build.
interface Module {
  readonly counter: typeof counter;
  readonly secret: string;
}
const far = remote<Module>("counter", { counter: "live" });
export class FarCard extends LiveElement(far.counter) {
  override render(): unknown {
    this.live.add(this.state.count);
    // @ts-expect-error D0.1 no such callback
    this.live.sub();
    return this.state.names;
  }
}
// @ts-expect-error not a thing that browsers call
void far.secret;
// @ts-expect-error its kind has to be said
remote<Module>("counter");
// @ts-expect-error it is of another kind
remote<Module>("counter", { counter: "realtime" });
