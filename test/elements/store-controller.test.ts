import { html, LitElement } from "lit";
import { property } from "lit/decorators.js";
import { array, integer, object, string } from "superstruct";
import { StoreController } from "../../elements/controllers.ts";
import { shared } from "../../src/state/shared.ts";
import { clearAfterEach, mount, settle, textOf } from "../support/mount.ts";
import { resolveHere } from "../support/stores.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";

const game = shared("game", {
  state: object({ score: integer(), players: array(string()) }),
  initial: () => ({ score: 1, players: ["Ada"] }),
});
const room = shared.family("room", { state: object({ topic: string() }), initial: (topic) => ({ topic }) });

class Plain extends LitElement {
  updates = 0;
  show: () => unknown = () => "";

  override render() {
    this.updates++;
    return html`${this.show()}`;
  }
}

suite("StoreController", () => {
  clearAfterEach();
  beforeEach(() => void resolveHere());

  test("gives a snapshot of the store, and updates its element when anything changed", async () => {
    class Whole extends Plain {
      readonly game = new StoreController(this, game);
      override show = () => `${this.game.value.score} ${this.game.value.players.join()}`;
    }
    const element = await mount(Whole);
    assert.equal(textOf(element), "1 Ada");
    game.players.push("Bob");
    await settle();
    assert.equal(textOf(element), "1 Ada,Bob");
    assert.equal(element.game.value, element.game.value);
  });

  test("updates only when what it selects changed", async () => {
    class Score extends Plain {
      readonly score = new StoreController(this, game, ({ score }) => score);
      override show = () => this.score.value;
    }
    const element = await mount(Score);
    game.players.push("Bob");
    await settle();
    assert.equal(element.updates, 1);
    game.score = 5;
    await settle();
    assert.equal(textOf(element), "5");
  });

  test("follows the store that a function chooses", async () => {
    class Room extends Plain {
      @property() accessor name = "a";
      readonly room = new StoreController(this, () => room(this.name));
      override show = () => this.room.value.topic;
    }
    const element = await mount(Room);
    element.name = "b";
    await settle();
    assert.equal(textOf(element), "b");
    room("b").topic = "changed";
    await settle();
    assert.equal(textOf(element), "changed");
  });
});
