/** Lines that must compile, and lines that must not, of rows of databases. Checked by `npm run types`. */
import { array, integer, nullable, object, optional, string } from "superstruct";
import { LiveElement } from "violet-live/elements";
import { live, violet } from "violet-live/server";
import { createTable, database, model, persistent, save } from "violet-live/sql";

const Person = object({
  id: integer(),
  name: string(),
  age: nullable(integer()),
  tags: array(string()),
  note: optional(string()),
  hash: string(),
});
const people = model("people", Person, {
  hidden: ["hash"],
  unique: ["name", ["name", "age"]],
  defaults: { age: 3 },
});
// @ts-expect-error no such column
model("people", Person, { hidden: ["hush"] });
// @ts-expect-error no such column
model("people", Person, { key: "number" });
// @ts-expect-error not what the struct says
model("people", Person, { defaults: { age: "3" } });
// @ts-expect-error no such type
model("people", Person, { columns: { name: "varchar" } });

const seats = model("seats", object({ hall: string(), seat: integer(), by: string() }), {
  key: ["hall", "seat"],
});

const db = database("app.db", { migrations: { "1": { up: (db) => createTable(db, people) } } });
violet({ database: db });
// @ts-expect-error no database
violet({ database: people });

const profile = live({
  state: object({ me: people.state, seat: seats.state, typed: string() }),
  initial: async () => ({
    me: await persistent(people, { id: 1 }),
    seat: await persistent(seats, { hall: "A", seat: 1 }, { autosaveMs: false }),
    typed: "",
  }),
  model: ["me.name", "me.note", "seat.by", "typed", "seat"],
  callbacks: () => ({
    change: async ({ me, seat }) => {
      me.name = "Ada";
      me.age = null;
      me.tags.push("a");
      delete me.note;
      seat.by = me.name;
      await save(seat);
      // @ts-expect-error the key is not written
      me.id = 2;
      // @ts-expect-error nor is a part of it
      seat.hall = "B";
      // @ts-expect-error a hidden column is not there
      void me.hash;
      // @ts-expect-error not what its struct says
      me.age = "3";
    },
  }),
});
live({
  state: people.state,
  initial: () => persistent(people, { id: 1 }),
  // @ts-expect-error the key is not written by fields either
  model: ["id"],
});
live({
  state: object({ me: people.state }),
  initial: async () => ({ me: await persistent(people, { id: 1 }) }),
  // @ts-expect-error nor below
  model: ["me.id"],
});
live({
  state: object({ me: people.state }),
  initial: async () => ({ me: await persistent(people, { id: 1 }) }),
  // @ts-expect-error hidden
  model: ["me.hash"],
});
live({
  state: object({ me: people.state }),
  // @ts-expect-error another model's row
  initial: async () => ({ me: await persistent(seats, { hall: "A", seat: 1 }) }),
});

// @ts-expect-error no such column
void persistent(people, { nothing: 1 });
// @ts-expect-error not its type
void persistent(people, { id: "1" });
// @ts-expect-error no operators
void persistent(people, { id: { $gt: 1 } });
// @ts-expect-error not a list
void persistent(people, { tags: ["a"] });
// Hidden columns find rows, too.
void persistent(people, { hash: "x", name: "Ada" });

export class Card extends LiveElement(profile) {
  override render(): unknown {
    const name: string = this.state.me.name;
    const age: number | null = this.state.me.age;
    this.live.change();
    // @ts-expect-error a snapshot is read-only
    this.state.me.name = "x";
    return [name, age, this.state.me.note];
  }
}

export async function queries(): Promise<string | undefined> {
  const made = await db.insert(people, { name: "Ada", hash: "x" });
  const hash: string = made.hash;
  // @ts-expect-error not its type
  await db.insert(people, { name: 1 });
  // @ts-expect-error no such column
  await db.insert(people, { nothing: 1 });
  const typed = database<{ people: { id: number; name: string } }>(":memory:");
  const [first] = await typed.kysely.selectFrom("people").select("name").execute();
  // @ts-expect-error no such column
  typed.kysely.selectFrom("people").select("nothing");
  return first?.name ?? (await db.find(people, { id: 1 }))?.hash ?? hash;
}
