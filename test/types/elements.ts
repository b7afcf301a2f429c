/** Lines that must compile, and lines that must not, for `violet-live/elements`. Checked by `npm run types`. */
import { LitElement } from "lit";
import { array, integer, number, object, optional, string } from "superstruct";
import { local, type Snapshot, shared } from "violet-live";
import { each, from, StoreController, Violet, VioletElement } from "violet-live/elements";

const Message = object({ id: string(), text: string() });
type Message = { id: string; text: string };
const chat = shared("types-chat", {
  state: object({ messages: array(Message), online: number(), topic: optional(string()) }),
  initial: () => ({ messages: [], online: 0 }),
  serverOnly: ["online"],
});
const visits = shared("types-visits", { state: integer(), initial: () => 0 });
const room = shared.family("types-room", {
  state: object({ topic: string() }),
  initial: () => ({ topic: "" }),
});
const ui = local("types-ui", { initial: () => ({ theme: "light", open: false }) });

// @from(store): the name and the type are the state's.
export class Named extends VioletElement {
  @from(chat) accessor messages!: readonly Message[];
  @from(chat) accessor online!: number;
  @from(chat) accessor topic: string | undefined;
  @from(visits) accessor value!: number;
  @from(ui) accessor theme!: string;

  // @ts-expect-error no key of this name: "did you mean 'messages'?"
  @from(chat) accessor mesages!: readonly Message[];
  // @ts-expect-error the key holds numbers
  @from(ui) accessor open!: string;
  // @ts-expect-error only accessors are reactive
  @from(ui) theme2!: string;
}

export class Wrong extends VioletElement {
  // @ts-expect-error a list of something else
  @from(chat) accessor messages!: readonly number[];
  // @ts-expect-error the key may be missing
  @from(chat) accessor topic!: number;
  // @ts-expect-error a snapshot is read-only
  @from(chat, "messages") accessor mutable!: Message[];
}

// @from(store, key, options): any name, the key's type.
export class Keyed extends VioletElement {
  @from(chat, "messages") accessor list!: Snapshot<Message[]>;
  @from(visits, "value") accessor visitors!: number;
  @from(ui, "open", { attribute: "open", type: Boolean, reflect: true }) accessor shown!: boolean;

  // @ts-expect-error no such key
  @from(chat, "mesages") accessor wrongKey!: readonly Message[];
  // @ts-expect-error the key holds booleans
  @from(ui, "open") accessor wrongType!: string;
  // @ts-expect-error no such option
  @from(ui, "open", { atribute: "open" }) accessor wrongOption!: boolean;
}

// @from(element => store): the element is typed where it is named.
export class Chosen extends LitElement {
  room = "42";
  count = 3;
  @from((element: Chosen) => room(element.room)) accessor topic!: string;
  @from((element: Chosen) => room(element.room), "topic") accessor title2!: string;

  // @ts-expect-error keys are strings
  @from((element: Chosen) => room(element.count), "topic") accessor wrong!: string;
  // @ts-expect-error the element has no such property
  @from((element: Chosen) => room(element.rom), "topic") accessor misspelt!: string;
}

export class ChosenPlain extends VioletElement {
  room = "42";
  @from((element) => room(element.room ?? "")) accessor topic!: string;
}

// @from(): whatever a provider has.
export class Provided extends VioletElement {
  @from() accessor online!: number;
  @from() accessor anything: unknown;
}

export class NoElement {
  // @ts-expect-error no element
  @from(ui) accessor theme!: string;
}

// The mixin keeps what the base class has.
class Titled extends LitElement {
  heading = "";
}
export class Live extends Violet(Titled) {
  readonly length = this.heading.length;
}
// @ts-expect-error not a Lit element
export class NotLit extends Violet(class {}) {}

// each(): rows are snapshots.
const byId = ({ id }: Snapshot<Message>) => id;
const byItself = (message: Snapshot<Message>) => message;
each(chat.messages, byId, ({ text }) => text.toUpperCase());
each([1, 2], String, (n) => n.toFixed());
// @ts-expect-error no such field
each(chat.messages, byId, (row) => row.txt);
// @ts-expect-error a key is a string or a number
each(chat.messages, byItself, (row) => row.text);
each(chat.messages, byId, (row) => {
  // @ts-expect-error rows are snapshots
  row.text = "";
});

// StoreController
declare const host: LitElement;
const whole = new StoreController(host, chat).value;
whole.messages.at(0)?.text.toUpperCase();
new StoreController(host, visits).value.value.toFixed();
new StoreController(host, () => room("42")).value.topic.toUpperCase();
new StoreController(host, chat, ({ online }) => online).value.toFixed();
// @ts-expect-error no such key
whole.mesages.at(0);
// @ts-expect-error a snapshot is read-only
new StoreController(host, ui).value.theme = "dark";
