/** What the test runner renders for test/browser/hydrated.test.ts. */
import { server } from "../../server/server.ts";
import { html } from "../../src/index.ts";
import { defineFigures, figures } from "./figures.ts";

defineFigures();
server.on("start", () => {
  figures.list = ["from", "the", "server"];
});

export const parts = {
  figures: () => html`<fixture-figures></fixture-figures>`,
  given: () => html`<fixture-given .label=${"from the page"}></fixture-given>`,
  unlike: () => html`<fixture-unlike></fixture-unlike>`,
  broken: () => {
    throw new Error("this part cannot be rendered");
  },
};
