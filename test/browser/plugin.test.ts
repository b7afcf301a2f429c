/** What the plugin does in web-test-runner, whose configuration here has it as `fromRollup(violet)()`. */
import { registeredAs } from "../../src/calls/callable.ts";
import { assert, suite, test } from "../support/suite.ts";

// By their addresses: plain JavaScript has no types.
const serverFile = new URL("chat.server.js", import.meta.url).href;
const importerFile = new URL("search-page.js", import.meta.url).href;
const clientFile = new URL("toast.client.js", import.meta.url).href;

suite("in web-test-runner, the plugin", () => {
  test("gives a browser the stubs of a server module, and nothing else of it", async () => {
    const { search, keystroke } = await import(serverFile);
    assert.equal(typeof search.with, "function");
    assert.equal(typeof keystroke, "function");
    const code = await (await fetch(serverFile)).text();
    assert.match(code, /rpc\("chat\.search"\)/);
    assert.doesNotMatch(code, /secret|node:fs/);
  });

  test("lets modules import it", async () => {
    const { search } = await import(importerFile);
    assert.equal(search, (await import(serverFile)).search);
  });

  test("gives the functions of a client module their wire names", async () => {
    await import(clientFile);
    assert.equal(registeredAs("toast.notify")?.kind, "client");
  });
});
