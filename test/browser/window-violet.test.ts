/** `window.violet`, in a page that no server of Violet's made. */
import { client, getRuntime, start } from "../../src/index.ts";
import { assert, suite, test } from "../support/suite.ts";

suite("window.violet", () => {
  test("C2.3.1 C2.3.2 is what getRuntime gives: frozen, and not to be replaced", () => {
    assert.equal(getRuntime(), window.violet);
    assert.equal(getRuntime(), getRuntime());
    assert.ok(Object.isFrozen(window.violet));
    assert.throws(() => Object.assign(window, { violet: {} }), TypeError);
    assert.throws(() => Object.assign(window.violet, { version: "" }), TypeError);
  });

  test("has the package's version, and `on`", async () => {
    const { version } = (await (await fetch("/package.json")).json()) as { version: string };
    assert.equal(getRuntime().version, version);
    assert.equal(getRuntime().on, client.on);
  });

  test("is ready when hydration is done", async () => {
    assert.equal(await getRuntime().ready, undefined);
  });

  test("C2.3.3 C4.1 runs the page's handlers of what it emits, once each, and refuses events of Violet's own", async () => {
    const seen: unknown[] = [];
    const remove = client.on("window-moved", (data) => seen.push(data));
    const x = { x: 1 };
    getRuntime().emit("window-moved", x);
    x.x = 2;
    getRuntime().emit("window-moved");
    await getRuntime().ready;
    await Promise.resolve();
    remove();
    assert.deepEqual(seen, [{ x: 1 }, undefined]);
    assert.equal(getRuntime().state, "idle", "what stays in the page needs no link");
    assert.throws(() => getRuntime().emit("connect"), { code: "E_EVENT" });
    assert.throws(() => getRuntime().emit("window-moved", () => {}), { code: "E_NOT_JSON" });
  });

  test("C2.3.1 E11.3.1 says the link's state, as the document does for style sheets", () => {
    start();
    assert.notEqual(getRuntime().state, "idle");
    assert.equal(document.documentElement.dataset.violet, getRuntime().state);
  });
});
