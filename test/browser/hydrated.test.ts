import { settled } from "../../src/index.ts";
import { type HydratedPart, hydrated } from "../../testing/browser.ts";
import { assert, suite, test } from "../support/suite.ts";
import { defineFigures, figures } from "./figures.ts";

defineFigures();

const shown = ({ place }: HydratedPart) =>
  place.firstElementChild?.shadowRoot?.querySelector("p")?.textContent.trim();

suite("hydrated", () => {
  test("shows a part as the server rendered it, which hydration does not change, and which is live", async () => {
    const part = await hydrated("figures");
    assert.match(part.html, /<template shadowroot/);
    assert.equal(shown(part), "from the server");
    assert.deepEqual(part.changes, []);
    part.place.firstElementChild?.shadowRoot?.querySelector("button")?.click();
    await settled(figures);
    assert.equal(shown(part), "from the server here");
    part.remove();
    const again = await hydrated("figures");
    assert.equal(shown(again), "from the server here");
    assert.match(again.html, /from the server here/);
    again.remove();
  });

  test("gives elements the properties that the part's template gives them", async () => {
    const part = await hydrated("given");
    assert.equal(shown(part), "from the page");
    assert.deepEqual(part.changes, []);
    part.remove();
  });

  test("tells what hydration changed", async () => {
    const part = await hydrated("unlike");
    assert.equal(shown(part), "here");
    assert.ok(part.changes.length > 0);
    part.remove();
  });

  test("rejects for a part that there is not, or that cannot be rendered", async () => {
    await assert.rejects(hydrated("none"), { code: "E_OPTION", message: /no such part/ });
    await assert.rejects(hydrated("broken"), { code: "E_OPTION", message: /could not be rendered/ });
  });
});
