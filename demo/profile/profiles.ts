import { integer, max, min, object, refine, size, string } from "superstruct";
import { createTable, database, model } from "violet-live/sql";

const Email = refine(size(string(), 3, 200), "email", (text) => /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i.test(text));

export const profiles = model(
  "profiles",
  object({
    id: integer(),
    name: size(string(), 1, 60),
    email: Email,
    age: max(min(integer(), 16), 130),
    password: string(),
  }),
  { hidden: ["password"], unique: ["email"], checks: { grown: "age >= 16" } },
);

/** The database of the profiles: a file, or `":memory:"`. */
export const profilesIn = (file: string) =>
  database(file, {
    migrations: {
      "1 profiles": {
        async up(db) {
          await createTable(db, profiles);
          const people = [
            { name: "Ada Lovelace", email: "ada@example.org", age: 36, password: "never in a page" },
            { name: "Grace Hopper", email: "grace@example.org", age: 85, password: "nor this one" },
          ];
          await db.insertInto("profiles").values(people).execute();
        },
      },
    },
  });
