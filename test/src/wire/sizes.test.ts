import { array, number, object, string } from "superstruct";
import { increment, move } from "../../../src/state/helpers.ts";
import { shared } from "../../../src/state/shared.ts";
import { definitionOf } from "../../../src/state/store.ts";
import { SimServer } from "../../support/replica.ts";
import { assert, suite, test } from "../../support/suite.ts";

const Message = object({ id: string(), user: string(), text: string(), done: number() });
const message = (n: number) => ({ id: `m${n}`.padEnd(8, "0"), user: "ann", text: "x".repeat(53), done: 0 });
const messages = () => Array.from({ length: 1000 }, (_, n) => message(n));

const chat = shared("sizes", {
  state: object({ messages: array(Message), activeUsers: number() }),
  initial: () => ({ messages: messages(), activeUsers: 3 }),
});
type State = { messages: ReturnType<typeof messages>; activeUsers: number };

/** The bytes of the patch that all others get for a write. */
async function patchBytes(write: (state: State) => void): Promise<number> {
  const server = new SimServer<State>(definitionOf(chat)).load({ messages: messages(), activeUsers: 3 });
  write(server.state);
  await Promise.resolve();
  const [ops] = server.message?.batches ?? [];
  return JSON.stringify({ type: "SYNC", store: 1, v: 1234, ops }).length;
}

/** Hand-written patches of the same changes, in bytes; an envelope of 48 is allowed on top (docs/measurements.md). */
const cases: readonly (readonly [string, number, (state: State) => void])[] = [
  ["append", 146, (state) => state.messages.push(message(1000))],
  ["one field", 87, (state) => (state.messages[500] as State["messages"][0]).done++],
  ["delete first", 38, (state) => state.messages.shift()],
  ["move", 60, (state) => move(state.messages, 900, 10)],
  ["counter", 51, (state) => increment(state, "activeUsers")],
];

suite("a patch of 1,000 messages of 102 bytes", () => {
  test("starts from such messages", () => assert.equal(JSON.stringify(message(1)).length, 102));

  for (const [name, minimum, write] of cases)
    test(`has at most ${minimum + 48} bytes for "${name}"`, async () => {
      const bytes = await patchBytes(write);
      assert.ok(bytes <= minimum + 48, `${bytes} bytes`);
    });
});
