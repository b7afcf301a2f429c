/** The headers that docs/security.md tells people to send: the demo's pages work under them in a real browser. */
import { readFileSync } from "node:fs";
import { blocksOf, sectionOf } from "../support/markdown.ts";
import { root } from "../support/newcomer.ts";
import { after, afterEach, assert, before, suite, test } from "../support/suite.ts";
import { isLive, People } from "./support/people.ts";
import { Site } from "./support/site.ts";

const section = sectionOf(readFileSync(`${root}docs/security.md`, "utf8"), "Send these headers");
const lines = blocksOf(section, "").flatMap((block) => block.trim().split("\n"));

/** Of policies that are given twice, both hold. */
const headers: Record<string, string> = {};
for (const [name = "", value = ""] of lines.map((line) => line.toLowerCase().split(": ")))
  headers[name] = headers[name] ? `${headers[name]}, ${value}` : value;

suite("under the headers of docs/security.md", () => {
  let site: Site;
  let people: People;
  before(async () => {
    [site, people] = await Promise.all([Site.start(), People.start()]);
  });
  after(async () => {
    await people[Symbol.asyncDispose]();
    await site.stop();
  });
  afterEach(async () => assert.deepEqual(await people.leave(), []));

  // Whatever does not come from the network itself is of no address: sockets of this machine are not its own.
  const permissions = ["local-network-access"];

  for (const path of ["/chat", "/visitors", "/todos", "/game", "/plain.html"])
    test(`${path} is live, and breaks no rule`, async () => {
      const page = await (await people.person({ permissions })).newPage();
      await page.route(site.url + path, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, headers: { ...response.headers(), ...headers } });
      });
      await page.goto(site.url + path);
      await isLive(page);
      const refused = page.evaluate(() => {
        document.createElement("p").innerHTML = "text";
      });
      await assert.rejects(refused, /TrustedHTML/);
      people.problems = people.problems.filter((problem) => !/TrustedHTML/.test(problem));
    });
});
