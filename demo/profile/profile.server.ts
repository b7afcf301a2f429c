import { object, string } from "superstruct";
import { VioletError } from "violet-live";
import { live } from "violet-live/server";
import { persistent } from "violet-live/sql";
import { profiles } from "./profiles.ts";

const hints = {
  name: "Use 1 to 60 letters.",
  email: "Give an address that nobody else has.",
  age: "Give a whole number from 16 to 130.",
};
const unsaved = "This was not saved. Type it again.";

/** Everybody has the same row: whose it is, an app would take from the session. */
export const profile = live({
  state: object({
    mine: profiles.state,
    problems: object({ name: string(), email: string(), age: string() }),
  }),
  initial: async () => ({
    mine: await persistent(profiles, { id: 1 }),
    problems: { name: "", email: "", age: "" },
  }),
  model: ["mine.name", "mine.email", "mine.age"],
  onError: ({ problems }, error) => {
    const field = error instanceof VioletError ? error.field : undefined;
    for (const name of ["name", "email", "age"] as const)
      if (field === `mine.${name}`) problems[name] = hints[name];
      else if (field === undefined) problems[name] = unsaved;
  },
});
