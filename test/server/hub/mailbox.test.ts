/** Letters to pages: what is kept for whom, and how long. */
import { closeCodes } from "../../../src/wire/close-codes.ts";
import type { DownFrame } from "../../../src/wire/frames.ts";
import { HubBench, type HubPage } from "../../support/hub.ts";
import { assert, suite, test } from "../../support/suite.ts";

const GRACE_MS = 180_000;

class Bench extends HubBench {
  tell(n: number, to?: readonly string[]): void {
    this.hub.post({ type: "event", event: "news", data: n }, to);
  }

  /** Says hello; gives the welcome's number and the news behind it. */
  async hello(client: string, heard?: number, page: HubPage = this.page()) {
    const frames = await page.send({ type: "hello", protocol: 1, client, heard, stores: [] });
    const [welcome] = frames;
    assert.ok(welcome?.type === "welcome");
    return { page, heard: welcome.heard, lost: welcome.lost, news: newsOf(frames) };
  }
}

const newsOf = (frames: readonly DownFrame[]) =>
  frames.flatMap((frame) => (frame.type === "event" ? [frame.data] : []));
const lastOf = (frames: readonly DownFrame[]) => frames.findLast((frame) => frame.type === "event")?.i;

suite("letters", () => {
  test("reach those that they are for, in order, with numbers that grow", async () => {
    const bench = new Bench();
    const { page: ann, heard } = await bench.hello("ann");
    const { page: bob } = await bench.hello("bob");
    bench.tell(1);
    bench.tell(2, ["ann"]);
    bench.tell(3, ["bob", "nobody"]);
    const frames = await ann.news();
    assert.deepEqual(newsOf(frames), [1, 2]);
    assert.ok((lastOf(frames) ?? 0) > heard);
    assert.deepEqual(newsOf(await bob.news()), [1, 3]);
  });

  test("that were missed come with the next welcome: once, and in order", async () => {
    const bench = new Bench();
    const { page, heard } = await bench.hello("ann");
    page.connection.closed(1006);
    bench.tell(1);
    bench.tell(2, ["ann"]);
    bench.tell(3);
    const back = await bench.hello("ann", heard);
    assert.deepEqual(back.news, [1, 2, 3]);
    const last = lastOf(back.page.frames);
    back.page.connection.closed(1006);
    assert.deepEqual((await bench.hello("ann", last)).news, []);
  });

  test("are nothing to who is new, whatever it says that it has heard", async () => {
    const bench = new Bench();
    await bench.hello("ann");
    bench.tell(1);
    assert.deepEqual((await bench.hello("bob")).news, []);
    assert.deepEqual((await bench.hello("eve", 0)).news, []);
  });

  test("that a handler of connect writes come once, behind the welcome", async () => {
    const bench: Bench = new Bench({ emit: (_, { id }) => bench.tell(1, [id]) });
    assert.deepEqual((await bench.hello("ann")).news, [1]);
  });

  test("are kept 256 for a page, and 256 for all", async () => {
    const bench = new Bench();
    const { page, heard } = await bench.hello("ann");
    page.connection.closed(1006);
    for (let n = 0; n < 300; n++) {
      bench.tell(n, ["ann"]);
      bench.tell(1000 + n);
    }
    const { news } = await bench.hello("ann", heard);
    assert.equal(news.length, 512);
    assert.deepEqual([news[0], news.at(-1)], [44, 1299]);
  });

  test("that are more than are kept are told to be lost, to who has not heard them", async () => {
    for (const to of [["ann"], undefined]) {
      const bench = new Bench();
      const { page, heard, lost } = await bench.hello("ann");
      assert.equal(lost, undefined);
      bench.tell(0, to);
      const first = lastOf(await page.news());
      page.connection.closed(1006);
      for (let n = 0; n < 256; n++) bench.tell(n, to);
      const back = await bench.hello("ann", first);
      assert.deepEqual([back.lost, back.news.length], [undefined, 256]);
      back.page.connection.closed(1006);
      const late = await bench.hello("ann", heard);
      assert.deepEqual([late.lost, late.news.length], [true, 256]);
      assert.equal((await bench.hello("bob")).lost, undefined);
    }
  });

  test("are kept no longer for a page that has heard them", async () => {
    const bench = new Bench();
    const { page, heard } = await bench.hello("ann");
    bench.tell(1, ["ann"]);
    bench.tell(2, ["ann"]);
    const frames = await page.news();
    const first = frames.find((frame) => frame.type === "event");
    await page.send({ type: "pong", heard: first?.i });
    assert.deepEqual(
      bench.hub.mailbox.since(heard, "ann").map(({ i }) => i),
      [lastOf(frames)],
    );
  });

  test("that were not heard of a full box stay in order, with those that follow", async () => {
    const bench = new Bench();
    const { page, heard } = await bench.hello("ann");
    for (let n = 0; n < 300; n++) bench.tell(n, ["ann"]);
    await page.send({ type: "pong", heard: heard + 100 });
    for (let n = 300; n < 500; n++) bench.tell(n, ["ann"]);
    page.connection.closed(1006);
    const { news } = await bench.hello("ann", heard);
    assert.deepEqual(
      news,
      Array.from({ length: 256 }, (_, index) => 244 + index),
    );
  });

  test("are forgotten with their page's identity", async () => {
    const bench = new Bench({ limits: { graceMs: GRACE_MS } });
    const { page, heard } = await bench.hello("ann");
    bench.tell(1, ["ann"]);
    page.connection.closed(closeCodes.bye);
    assert.deepEqual(bench.hub.mailbox.since(heard, "ann"), []);
    assert.deepEqual((await bench.hello("ann", heard)).news, []);
  });

  test("to all are dropped when nobody may come back for them any more", async () => {
    const bench = new Bench({ limits: { graceMs: GRACE_MS, deadAfterMs: 45_000 } });
    const heard = bench.hub.mailbox.last;
    bench.tell(1);
    bench.clock.pass(GRACE_MS);
    assert.equal(bench.hub.mailbox.since(heard, "ann").length, 1);
    bench.clock.pass(46_000);
    assert.equal(bench.hub.mailbox.since(heard, "ann").length, 0);
  });
});
