import type { PropertyDeclaration, ReactiveElement } from "lit";
import { standardProperty } from "lit/decorators.js";
import { handleOf } from "../src/state/self.ts";
import type { Snapshot, StoreOf } from "../src/state/types.ts";
import { bind } from "./binding.ts";
import type { StoreChange } from "./causes.ts";
import { providedTo } from "./provided.ts";

/** Decorates an accessor of any name and of type V. */
type Decorator<V> = <This extends ReactiveElement>(
  target: ClassAccessorDecoratorTarget<This, V>,
  context: ClassAccessorDecoratorContext<This, V>,
) => ClassAccessorDecoratorResult<This, V>;

/** Decorates an accessor that has the name and the type of one of the state's keys. */
type KeyDecorator<H, S> = <This extends H & ReactiveElement, K extends keyof S & string>(
  target: ClassAccessorDecoratorTarget<This, Snapshot<S[K]>>,
  context: ClassAccessorDecoratorContext<This, Snapshot<S[K]>> & { readonly name: K },
) => ClassAccessorDecoratorResult<This, Snapshot<S[K]>>;

type ProvidedDecorator = <This extends ReactiveElement, V>(
  target: ClassAccessorDecoratorTarget<This, V>,
  context: ClassAccessorDecoratorContext<This, V>,
) => ClassAccessorDecoratorResult<This, V>;

/** What the host is to a function that does not say: the keys of rooms are strings. */
type AnyHost = ReactiveElement & { readonly [property: string]: string };

/**
 * Maps an accessor to a store's key of the same name: a reactive property that gives snapshots, updates the element
 * only when that value changed, and writes to the store when it is assigned. Without a store: the nearest provider's
 * that has the key, and the accessor's own value while there is none. A function chooses the store, and is asked
 * again whenever the element updates. It observes no attribute unless `options` ask. Runs on the server, read-only.
 *
 * @example `@from(chat) accessor messages!: readonly Message[];`
 * @example `@from((element: ChatRoom) => room(element.name)) accessor topic!: string;`
 */
export function from(): ProvidedDecorator;
export function from<S, H = AnyHost>(
  store: (host: H) => StoreOf<S> | undefined,
): KeyDecorator<ReactiveElement, S>;
export function from<S>(store: StoreOf<S>): KeyDecorator<ReactiveElement, S>;
export function from<S, K extends keyof S & string, H = AnyHost>(
  store: StoreOf<S> | ((host: H) => StoreOf<S> | undefined),
  key: K,
  options?: PropertyDeclaration,
): Decorator<Snapshot<S[K]>>;
export function from(store?: object, key?: string, options?: PropertyDeclaration): ProvidedDecorator {
  return (target, context) => {
    const declaration: StoreChange = { attribute: false, ...options, ofStore: true };
    standardProperty(declaration, target, context);
    const name = key ?? String(context.name);
    // The accessor's own storage holds what it is bound to.
    const bound = (host: ThisParameterType<typeof target.get>) => target.get.call(host) as Bound;
    return {
      init(own) {
        const find = store
          ? () => handleOf(typeof store === "function" ? store(this) : store)?.core
          : providedTo(this, name, () => binding.look());
        const binding = bind(
          this,
          () => Reflect.get(find()?.root ?? { [name]: own }, name) as typeof own,
          (old, value) => this.requestUpdate(context.name, old, declaration, true, value),
        );
        const set = (value: typeof own) => {
          const core = find();
          if (core) return void Reflect.set(core.root, name, value);
          own = value;
          binding.look();
        };
        return { get: () => binding.value, set } satisfies Bound as typeof own;
      },
      get() {
        return bound(this).get() as ReturnType<typeof target.get>;
      },
      set(value) {
        bound(this).set(value);
      },
    };
  };
}

/** One element's property that is a store's key, or, while there is no store, the element's own. */
interface Bound {
  get(): unknown;
  set(value: unknown): void;
}
