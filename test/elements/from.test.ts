import { html, LitElement, type PropertyValues } from "lit";
import { property } from "lit/decorators.js";
import { array, integer, number, object, optional, size, string } from "superstruct";
import { from } from "../../elements/from.ts";
import { StoreProvider } from "../../elements/provider.ts";
import { VioletElement } from "../../elements/violet-element.ts";
import { local } from "../../src/state/local.ts";
import { shared } from "../../src/state/shared.ts";
import { coreOf } from "../../src/state/store.ts";
import type { Snapshot } from "../../src/state/types.ts";
import { clearAfterEach, mount, registered, settle, stage, textOf } from "../support/mount.ts";
import { resolveHere } from "../support/stores.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";

let cores = resolveHere();
const Message = object({ id: integer(), text: string() });
const chat = shared("chat", {
  state: object({ messages: array(Message), online: number(), topic: optional(size(string(), 0, 20)) }),
  initial: () => ({ messages: [{ id: 1, text: "one" }], online: 0 }),
  serverOnly: ["online"],
});
const visits = local("visits", { initial: () => 0 });
const room = shared.family("room", {
  state: object({ topic: string() }),
  initial: (key) => ({ topic: `about ${key}` }),
});

/** Notes what changed before each update. */
class Noting extends VioletElement {
  readonly changes: Record<string, unknown>[] = [];
  protected override willUpdate(changed: PropertyValues) {
    this.changes.push(Object.fromEntries(changed));
  }
}

class ChatBox extends Noting {
  @from(chat) accessor messages!: Snapshot<{ id: number; text: string }[]>;
  @from(chat, "topic") accessor about: string | undefined;
  @from(visits, "value") accessor visitors!: number;

  override render() {
    return html`${this.messages.map(({ text }) => text).join()} ${this.about} ${this.visitors}`;
  }
}

class RoomBox extends Noting {
  @property() accessor room: string | undefined;
  @from((element: RoomBox) => (element.room ? room(element.room) : undefined)) accessor topic = "no room";

  override render() {
    return html`${this.topic}`;
  }
}

suite("@from(store)", () => {
  clearAfterEach();
  beforeEach(() => {
    cores = resolveHere();
  });

  test("is a reactive property with the store's value", async () => {
    const element = await mount(ChatBox);
    assert.equal(textOf(element), "one 0");
    chat.topic = "lit";
    visits.value = 7;
    await settle();
    assert.equal(textOf(element), "one lit 7");
    assert.deepEqual(element.changes, [
      { messages: undefined, visitors: undefined },
      { about: undefined, visitors: 0 },
    ]);
  });

  test("updates the element only when that value changed", async () => {
    class MessagesOnly extends Noting {
      @from(chat) accessor messages!: Snapshot<{ id: number; text: string }[]>;
    }
    const element = await mount(MessagesOnly);
    chat.topic = "lit";
    visits.value = 1;
    await settle();
    assert.equal(element.changes.length, 1);
    chat.messages.pop();
    await settle();
    assert.equal(element.changes.length, 2);
  });

  test("gives snapshots at any time, the same until something in them changed", async () => {
    const element = await mount(ChatBox);
    const before = element.messages;
    chat.topic = "lit";
    assert.equal(element.messages, before);
    chat.messages.push({ id: 2, text: "two" });
    assert.equal(before.length, 1);
    assert.equal(element.messages.length, 2);
    assert.equal(element.messages[0], before[0]);
    assert.throws(() => ((element.messages[0] as { text: string }).text = "changed"), {
      code: "E_READ_ONLY",
    });
  });

  test("writes to the store when it is assigned, and shows the write at once", async () => {
    const element = await mount(ChatBox);
    element.about = "lit";
    element.visitors += 2;
    assert.equal(element.about, "lit");
    assert.equal(chat.topic, "lit");
    assert.equal(visits.value, 2);
    await settle();
    assert.equal(textOf(element), "one lit 2");
  });

  test("throws what the struct refuses, and stays as it was", async () => {
    const element = await mount(ChatBox);
    assert.throws(() => (element.about = "much too long a topic to be taken"), { code: "E_VALIDATION" });
    assert.equal(element.about, undefined);
  });

  test("takes a snapshot back, changed", async () => {
    const element = await mount(ChatBox);
    element.messages = [...element.messages, { id: 2, text: "two" }];
    assert.deepEqual(JSON.stringify(chat.messages), '[{"id":1,"text":"one"},{"id":2,"text":"two"}]');
  });

  test("observes no attribute, unless the options ask", async () => {
    class Asks extends Noting {
      @from(visits, "value", { attribute: "count", type: Number, reflect: true }) accessor visitors!: number;
    }
    assert.deepEqual(
      registered(ChatBox).name && ChatBox.observedAttributes.filter((name) => name !== "defer-hydration"),
      [],
    );
    const element = await mount(Asks);
    element.setAttribute("count", "4");
    assert.equal(visits.value, 4);
    visits.value = 5;
    await settle();
    assert.equal(element.getAttribute("count"), "5");
  });

  test("follows no store while the element is out of the page", async () => {
    const element = await mount(ChatBox);
    const place = element.parentElement as HTMLElement;
    element.remove();
    await settle();
    assert.deepEqual(
      [...cores.values()].map((core) => core.isWatched),
      [false, false],
    );
    visits.value = 3;
    assert.equal(element.visitors, 3);
    await settle();
    place.append(element);
    await settle();
    assert.equal(textOf(element), "one 3");
    visits.value = 4;
    await settle();
    assert.equal(textOf(element), "one 4");
  });

  test("works in an element that is not Violet's", async () => {
    class Plain extends LitElement {
      @from(visits, "value") accessor visitors!: number;
      override render() {
        return html`${this.visitors}`;
      }
    }
    const element = await mount(Plain);
    visits.value = 3;
    await settle();
    assert.equal(textOf(element), "3");
  });
});

suite("@from(element => store)", () => {
  clearAfterEach();
  beforeEach(() => void resolveHere());

  test("has the accessor's own value while there is no store", async () => {
    const element = await mount(RoomBox);
    assert.equal(textOf(element), "no room");
    element.topic = "mine";
    await settle();
    assert.equal(textOf(element), "mine");
  });

  test("goes with the element's own properties to another store", async () => {
    const element = await mount(RoomBox);
    element.room = "a";
    assert.equal(element.topic, "about a");
    await settle();
    assert.equal(textOf(element), "about a");
    element.room = "b";
    await settle();
    assert.equal(textOf(element), "about b");
    room("b").topic = "changed";
    await settle();
    assert.equal(textOf(element), "changed");
    const updates = element.changes.length;
    room("a").topic = "left behind";
    await settle();
    assert.equal(element.changes.length, updates);
    assert.equal(coreOf(room("a")).isWatched, false);
  });
});

suite("@from()", () => {
  clearAfterEach();
  beforeEach(() => void resolveHere());

  class Provides extends VioletElement {
    store: object = chat;
    readonly provider = new StoreProvider(this, () => coreOf(this.store));
    override render() {
      return html`<slot></slot>`;
    }
  }

  class Inner extends Noting {
    @from() accessor topic = "none";
    override render() {
      return html`${this.topic}`;
    }
  }

  const nested = async (...stores: object[]) => {
    const places: HTMLElement[] = [stage()];
    for (const store of stores) {
      const provider = new (registered(Provides))();
      provider.store = store;
      places.at(-1)?.append(provider);
      places.push(provider);
    }
    return { inner: await mount(Inner, places.at(-1)), places };
  };

  test("takes the nearest provider's store that has the key", async () => {
    const { inner } = await nested(room("far"), room("near"), visits);
    assert.equal(textOf(inner), "about near");
    room("near").topic = "changed";
    await settle();
    assert.equal(textOf(inner), "changed");
    inner.topic = "written";
    assert.equal(room("near").topic, "written");
  });

  test("knows a key that the struct allows and the state does not have yet", async () => {
    const { inner } = await nested(room("far"), chat);
    inner.topic = "first";
    assert.equal(chat.topic, "first");
  });

  test("has its own value without a provider", async () => {
    const inner = await mount(Inner);
    assert.equal(textOf(inner), "none");
  });

  test("finds a provider outside of the shadow root that it is in", async () => {
    class Wraps extends VioletElement {
      override render() {
        return html`<div></div>`;
      }
    }
    const { places } = await nested(room("outside"));
    const wraps = await mount(Wraps, places.at(-1));
    const inner = await mount(Inner, wraps.renderRoot.querySelector("div") as HTMLElement);
    assert.equal(textOf(inner), "about outside");
  });

  test("takes another provider's when it moves there, and when a nearer one comes", async () => {
    const { inner, places } = await nested(room("a"));
    const { places: others } = await nested(room("b"));
    others.at(-1)?.append(inner);
    await settle();
    assert.equal(textOf(inner), "about b");

    const late = document.createElement("late-provider");
    places[0]?.append(late);
    late.append(inner);
    await settle();
    assert.equal(textOf(inner), "none");
    customElements.define(
      "late-provider",
      class extends Provides {
        override store: object = room("late");
      },
    );
    await settle();
    assert.equal(textOf(inner), "about late");
  });
});
