import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { Child } from "../support/child.ts";
import { Figures } from "../support/figures.ts";
import { assert, suite, test } from "../support/suite.ts";
import { credentials, greeting } from "./credentials.ts";
import { frames } from "./frames.ts";
import { RawSocket } from "./raw-socket.ts";
import type { SiteCommands } from "./site.ts";

suite("a server that gets 100,000 malformed frames", () => {
  test("goes on, grows by no more than 10 MiB, and serves an honest client meanwhile", async () => {
    const figures = new Figures();
    await frames(100_000, figures);
    assert.ok(figures.hold);
  });
});

interface Regress {
  readonly why: string;
  readonly messages: readonly string[];
}

suite("what random frames have found", () => {
  for (const file of globSync(fileURLToPath(new URL("regress/*.json", import.meta.url)))) {
    const { why, messages } = JSON.parse(readFileSync(file, "utf8")) as Regress;
    test(`T30 does not any more: ${basename(file, ".json")}`, async () => {
      const site = await Child.start<SiteCommands>("hostile/site", {});
      const [port = 0] = await site.ask("ports");
      const page = await credentials(`http://127.0.0.1:${port}`);
      const socket = new RawSocket({ port, cookie: page.cookie });
      await socket.opened;
      socket.send(greeting(page, "wall"));
      await socket.text((text) => text.startsWith('{"type":"state"'));
      for (const message of messages) socket.send(message);
      socket.send('{"type":"probe"}');
      assert.equal(await socket.text((text) => text === '{"type":"ping"}'), '{"type":"ping"}', why);
      assert.deepEqual(await site.ask("wrongs"), []);
      const { errors, reports } = await site.ask("figures");
      assert.deepEqual(reports, [], why);
      assert.equal(errors[0]?.E_INTERNAL, undefined);
      socket.destroy();
      await site.kill();
    });
  }
});
