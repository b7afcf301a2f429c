/** Messages that nearly fit the protocol, made quickly: a seeded grammar whose every part may be poisoned. */
import { pick } from "../support/seed.ts";
import { largeValueTexts, markup, namedOpTexts, nameTexts, opTexts, recorded, valueTexts } from "./corpus.ts";

type Random = () => number;

/** One part in so many is poison. */
const POISON = 12;
/** One message in so many brings a large value; is a recorded shape; is noise; has its text mutated. */
const LARGE = 2000;
const RECORDED = 40;
const NOISE = 25;
const MUTATED = 6;

const texts = markup.map((text) => JSON.stringify(text));
/** What a connection begins with. */
export const subscribed = ["wall", "board", "@note.box/1", "canary", "room/1"];
/** Most that is written goes where anybody may write. */
const written = [...subscribed.slice(0, 3), ...subscribed.slice(0, 3), ...subscribed];
const stores = [...subscribed, "secret"].map((store) => JSON.stringify(store));
const functions = ['"note"', '"note.helper"', '"note.asked"'];
const events = ['"moved"', '"own"', '"start"', '"connect"', '"ready"'];
const noise = '{}[]",:\\\\ntrue-0.eE+1"type""SYNC"\u0000\u001f\u2028\u{1f4a9}é';

/** What a page knows of a store. */
interface Known {
  readonly name: string;
  version: number;
  /** The last number that was taken. */
  last: number;
}

/** Makes the texts of messages. It hears what is answered: most of what it says would be out of order without. */
export class Grammar {
  readonly #random: Random;
  /** By the numbers of the stores. */
  readonly #known = new Map<number, Known>();
  /** The message that is made will not be taken as one. */
  #isPoisoned = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A connection begins. */
  begin(): void {
    this.#known.clear();
  }

  /** What the server said. */
  hear(text: string): void {
    const { type, store, id, version, v, last, n = last, re = n, next = re + 1 } = JSON.parse(text);
    if (type === "state") this.#known.set(id, { name: store, version, last });
    const known = this.#known.get(store);
    if (!known) return;
    known.version = v ?? known.version;
    if (Number.isSafeInteger(next)) known.last = next - 1;
  }

  next(): string {
    const dice = this.#random();
    if (dice < 1 / LARGE) return this.#large();
    if (dice < 1 / RECORDED) return pick(this.#random, recorded);
    if (dice < 1 / RECORDED + 1 / NOISE) return this.#noise();
    const isMutated = this.#is(MUTATED);
    this.#isPoisoned = isMutated;
    const text = this.#message();
    return isMutated ? this.#mutated(text) : text;
  }

  #is(chance: number): boolean {
    return this.#random() < 1 / chance;
  }

  #number(most: number): number {
    return Math.floor(this.#random() * most);
  }

  /** A valid text, or what is none, or not here. */
  #part(valid: string): string {
    if (!this.#is(POISON)) return valid;
    this.#isPoisoned = true;
    return pick(this.#random, this.#is(2) ? nameTexts : valueTexts);
  }

  #store(): string {
    if (this.#is(POISON)) return pick(this.#random, nameTexts);
    return this.#is(50) ? `"room/${this.#number(1e6)}"` : pick(this.#random, stores);
  }

  #value(): string {
    return pick(this.#random, this.#is(2) ? valueTexts : texts);
  }

  #message(): string {
    const kind = this.#number(22);
    if (kind < 14) return this.#write();
    if (kind < 17)
      return `{"type":"subscribe","store":${this.#store()},"life":${this.#part(String(this.#number(3)))}${this.#is(3) ? `,"epoch":${this.#part('"x"')},"version":${this.#part("0")}` : ""}${this.#more()}}`;
    if (kind < 18)
      return `{"type":"unsubscribe","store":${this.#part(String(this.#number(9)))}${this.#more()}}`;
    if (kind < 20) return this.#told();
    return `{"type":${this.#part(this.#is(2) ? '"pong"' : '"probe"')}${this.#more()}}`;
  }

  /** Mostly of the number that is due, and of one of the last versions. */
  #write(): string {
    const name = pick(this.#random, written);
    const [id, known] = [...this.#known].find(([, each]) => each.name === name) ?? [1];
    const { last = 0, version = 0 } = known ?? {};
    const count = this.#is(4) ? 1 + this.#number(4) : 1;
    const n = this.#is(10) ? this.#number(4) : last + 1;
    const v = Math.max(0, version - this.#number(this.#is(10) ? 2000 : 3));
    const text = `{"type":"SYNC","store":${this.#part(String(id))},"n":${this.#part(String(n))},"v":${this.#part(String(v))},"batches":${this.#batches(name, count)}${this.#more()}}`;
    if (known && !this.#isPoisoned) known.last = n + count - 1;
    return text;
  }

  /** A call of a function, or an event. */
  #told(): string {
    if (this.#is(2))
      return `{"type":"call","name":${this.#part(pick(this.#random, functions))},"args":[${this.#part('"a"')},${this.#part("1")}]${this.#more()}}`;
    return `{"type":"event","event":${this.#part(pick(this.#random, events))},"data":{"x":${this.#part("1")}${this.#more()}}}`;
  }

  /** A field too many. */
  #more(): string {
    if (!this.#is(10)) return "";
    this.#isPoisoned = true;
    return `,${pick(this.#random, nameTexts)}:${pick(this.#random, valueTexts)}`;
  }

  #batches(store: string, count: number): string {
    if (this.#is(POISON)) {
      this.#isPoisoned = true;
      return pick(this.#random, valueTexts);
    }
    return `[${Array.from({ length: count }, () => (this.#is(4) ? this.#call() : this.#ops(store))).join()}]`;
  }

  #ops(store: string): string {
    const count = this.#is(200) ? 101 : this.#is(4) ? this.#number(4) : 1;
    return `[${Array.from({ length: count }, () => this.#op(store)).join()}]`;
  }

  #op(store: string): string {
    const isNamed = store === "board" ? !this.#is(4) : this.#is(20);
    if (!this.#is(3)) return pick(this.#random, isNamed ? namedOpTexts : opTexts);
    return `["set",[${pick(this.#random, nameTexts)},${pick(this.#random, nameTexts)}],${this.#value()}]`;
  }

  #call(): string {
    return `{"action":${this.#part('"say"')},"args":[${this.#value()}],"seed":${this.#part("1")},"at":${this.#part("1")}}`;
  }

  #large(): string {
    return `{"type":"SYNC","store":1,"n":1,"v":0,"batches":[[["set",["text"],${pick(this.#random, largeValueTexts)}]]]}`;
  }

  #noise(): string {
    let text = "";
    for (let letters = this.#number(60); letters--; ) text += noise[this.#number(noise.length)];
    return text;
  }

  /** Cut off, or with a piece that is missing, twice, or from elsewhere. */
  #mutated(text: string): string {
    const from = this.#number(text.length);
    const to = from + this.#number(12);
    switch (this.#number(4)) {
      case 0:
        return text.slice(0, from);
      case 1:
        return text.slice(0, from) + text.slice(to);
      case 2:
        return text.slice(0, to) + text.slice(from);
      default:
        return text.slice(0, from) + noise.slice(to % noise.length) + text.slice(to);
    }
  }
}
