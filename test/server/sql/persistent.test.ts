/** Rows in the state of live components, over real sockets: pages' runtimes, servers and databases as they are. */
import { type Backend, memory } from "../../../server/index.ts";
import { LiveReplica } from "../../../src/state/live-replica.ts";
import { databaseKinds } from "../../support/databases.ts";
import { HttpBrowser } from "../../support/http-form.ts";
import { NodeClient } from "../../support/node-client.ts";
import { getPage } from "../../support/serve.ts";
import { after, afterEach, assert, before, beforeEach, suite, test } from "../../support/suite.ts";
import { gates, heard, type Json, Process, people, until } from "./people.ts";

for (const kind of databaseKinds)
  suite(`a row of ${kind.name} in the state of a live component`, () => {
    let address: string;
    const processes: Process[] = [];
    const start = async (
      ...args: Parameters<typeof Process.start> extends [string, ...infer Rest] ? Rest : never
    ) => {
      const process = await Process.start(address, ...args);
      processes.push(process);
      return process;
    };
    let here: Process;
    const stored = async (id = 1): Promise<Json> => (await here.db.find(people, { id })) as Json;
    const query = (text: string) => kind.query(address, text);
    const versionOf = async (id = 1) =>
      Number((await query(`select version from people where id = ${id}`))[0]?.version);

    before(() => kind.start());
    after(() => kind.stop());
    beforeEach(async () => {
      heard.length = 0;
      gates.open = Promise.withResolvers();
      gates.reached = Promise.withResolvers();
      address = await kind.fresh();
      here = await start();
      await here.db.insert(people, { name: "Ada", email: "ada@example.org" });
      await here.db.insert(people, { name: "Bob", email: "bob@example.org", note: "second" });
    });
    afterEach(async () => {
      for (const process of processes.splice(0)) await process.stop();
    });

    test("T49 E2.3.1 E2.3.3 is shown when the component is mounted, without its hidden columns", async () => {
      const ada = await here.show("profile");
      await ada.instance.loaded();
      const shown = {
        id: 1,
        name: "Ada",
        email: "ada@example.org",
        age: null,
        visits: 0,
        tags: [],
        isMember: false,
      };
      assert.deepEqual(ada.state, { person: shown, typed: "" });
      const page = await here.served.get("/person/1");
      assert.match(page.html, /Ada/);
      assert.doesNotMatch(page.html, /secret-hash|north/);
    });

    test("E2.3.4 E2.3.6 is saved before the call that wrote it is answered, in one statement of the columns that changed", async () => {
      const ada = await here.show("profile");
      await ada.call("rename", "Grace");
      assert.deepEqual([(await stored()).name, await versionOf(), ada.error], ["Grace", 2, undefined]);
      await ada.call("visit");
      await ada.call("tag", "a");
      await ada.call("tag", "b");
      assert.deepEqual(
        [(await stored()).visits, (await stored()).tags, await versionOf()],
        [1, ["a", "b"], 5],
      );
    });

    test("keeps what each column may be: lists, truths, numbers, nothing", async () => {
      const ada = await here.show("profile");
      await ada.call("join");
      assert.deepEqual(await stored().then(({ isMember, note, age }) => ({ isMember, note, age })), {
        isMember: true,
        note: "joined",
        age: 44,
      });
      await ada.call("leave");
      assert.deepEqual(ada.person, { ...ada.person, isMember: false, age: null });
      const left = await stored();
      assert.deepEqual(
        ["note" in left, "note" in ada.person, left.age, left.isMember],
        [false, false, null, false],
      );
      await ada.call("replace");
      assert.deepEqual(
        [(await stored()).name, (await stored()).tags, ada.error],
        ["Replaced", ["new"], undefined],
      );
    });

    test("is written by fields that are bound to its columns, and by no others", async () => {
      const ada = await here.show("profile");
      await ada.instance.loaded();
      await ada.type("person.name", "Typed");
      await ada.type("person.age", 55);
      assert.deepEqual([(await stored()).name, (await stored()).age, ada.error], ["Typed", 55, undefined]);
      assert.throws(() => ((ada.instance.root as { person: Json }).person.email = "x"), {
        code: "E_READ_ONLY",
      });
    });

    test("is read once for all who show it, and let go with the last of them", async () => {
      const [one, two] = [await here.show("profile"), await here.show("profile")];
      await one.call("rename", "Everybody's");
      await two.shows({ name: "Everybody's" });
      await two.call("rename", "Back");
      await one.shows({ name: "Back" });
      const other = await here.show("drafts", { person: 2 });
      await other.instance.loaded();
      assert.equal(here.db.held, 2);
      for (const shown of [one, two, other]) shown.leave();
      await until(() => here.db.held === 0);
    });

    test("is shown as another process, or any program, writes it", async () => {
      const there = await start();
      const [ada, same] = [await here.show("profile"), await there.show("profile")];
      await ada.call("rename", "Across");
      await same.shows({ name: "Across" });
      await query("update people set name = 'By hand', age = 30 where id = 1 returning id");
      await Promise.all([ada.shows({ name: "By hand", age: 30 }), same.shows({ name: "By hand", age: 30 })]);
      assert.equal(await versionOf(), 3);
    });

    test("is saved beside what others saved meanwhile: other columns stay, numbers add up", async () => {
      const there = await start({ pollMs: 3_600_000 });
      await query("select 1 as one");
      const [ada, same] = [await here.show("profile"), await there.show("profile")];
      await Promise.all([ada.instance.loaded(), same.instance.loaded()]);
      await Promise.all([
        ada.call("rename", "Both"),
        same.call("move", "both@example.org"),
        ...Array.from({ length: 5 }, () => [ada.call("visit"), same.call("visit")]).flat(),
      ]);
      const { name, email, visits } = await stored();
      assert.deepEqual(
        [name, email, visits, ada.error, same.error],
        ["Both", "both@example.org", 10, undefined, undefined],
      );
    });

    test("refuses what is made on a column that somebody else has changed, and shows that", async () => {
      const [ada, other] = [await here.show("profile"), await here.show("profile")];
      await other.instance.loaded();
      ada.instance.send("late", ["Late"]);
      await gates.reached.promise;
      await query("update people set name = 'First', email = 'first@example.org' where id = 1 returning id");
      await other.shows({ name: "First" });
      assert.equal(ada.person.name, "Ada");
      gates.open.resolve();
      await until(() => !ada.instance.isBusy);
      assert.deepEqual([ada.error, ada.state.typed, (await stored()).name], ["E_CONFLICT", "", "First"]);
      await ada.shows({ name: "First", email: "first@example.org" });
      assert.deepEqual(heard, ["Ada: E_CONFLICT"]);
      await ada.call("rename", "Later");
      assert.deepEqual([(await stored()).name, ada.error], ["Later", undefined]);
    });

    test("changes nothing under the hands of a call, and shows the news when it is over", async () => {
      const [ada, other] = [await here.show("profile"), await here.show("profile")];
      await other.instance.loaded();
      ada.instance.send("late", ["Late"]);
      await gates.reached.promise;
      await other.call("move", "new@example.org");
      gates.open.resolve();
      await until(() => !ada.instance.isBusy);
      assert.deepEqual([ada.error, ada.state.typed], [undefined, "ada@example.org"]);
      await ada.shows({ name: "Late", email: "new@example.org" });
      await other.shows({ name: "Late", email: "new@example.org" });
    });

    test("is saved by render(), and stays so when the call fails after it", async () => {
      const ada = await here.show("profile");
      ada.instance.send("steps", []);
      await gates.reached.promise;
      assert.equal((await stored()).name, "First");
      gates.open.resolve();
      await until(() => !ada.instance.isBusy);
      assert.deepEqual([ada.error, ada.person.name, (await stored()).name], ["E_INTERNAL", "First", "First"]);
    });

    test("E2.3.5 is not saved where its struct or a constraint refuses it, with the field and a reason", async () => {
      const ada = await here.show("profile");
      await ada.call("rename", "");
      assert.deepEqual([ada.error, ada.person.name, ada.state.typed], ["E_VALIDATION", "Ada", ""]);
      assert.equal(ada.instance.error?.field, "person.name");
      await ada.call("move", "bob@example.org");
      const { code, field, message } = ada.instance.error ?? {};
      assert.deepEqual(
        [code, field, message],
        ["E_VALIDATION", "person.email", "There is another one already."],
      );
      await ada.call("age", 3);
      assert.equal(ada.instance.error?.message, "The database does not take it.");
      assert.deepEqual([ada.person.email, ada.person.age, await versionOf()], ["ada@example.org", null, 1]);
      assert.deepEqual(heard, ["Ada: E_VALIDATION", "Ada: E_VALIDATION", "Ada: E_VALIDATION"]);
      assert.deepEqual(here.errors, []);
    });

    test("T49 is not made unreadable by a number that a page sends", async () => {
      const ada = await here.show("profile");
      await ada.instance.loaded();
      for (const age of [2 ** 53, -(2 ** 60), 1e300]) {
        await ada.call("age", age);
        assert.deepEqual([ada.error, ada.instance.error?.field], ["E_VALIDATION", "person.age"]);
      }
      assert.deepEqual([(await stored()).age, await versionOf(), here.errors], [null, 1, []]);
    });

    test("is refused and rolled back while the database does not answer, and goes on when it does", async () => {
      const ada = await here.show("profile");
      await ada.instance.loaded();
      const unblock = await kind.block(address);
      await ada.call("rename", "Nowhere");
      assert.deepEqual([ada.error, ada.person.name], ["E_UNAVAILABLE", "Ada"]);
      assert.deepEqual(heard, ["Ada: E_UNAVAILABLE"]);
      assert.notEqual(here.errors.length, 0);
      await unblock();
      await ada.call("rename", "Somewhere");
      assert.deepEqual([ada.error, (await stored()).name], [undefined, "Somewhere"]);
    });

    test("that does not exist, or no more, is E_NOT_FOUND", async () => {
      const nobody = await here.show("profile", { person: 99 });
      await until(() => nobody.error !== undefined);
      assert.equal(nobody.error, "E_NOT_FOUND");
      assert.equal((await here.served.get("/person/99")).status, 404);
      const ada = await here.show("profile");
      await ada.instance.loaded();
      await query("delete from people where id = 1 returning id");
      await until(() => heard.length > 0);
      assert.deepEqual([heard, ada.person.name], [["Ada: E_NOT_FOUND"], "Ada"]);
      await ada.call("rename", "Ghost");
      assert.deepEqual([ada.error, ada.person.name], ["E_NOT_FOUND", "Ada"]);
      await query(
        "insert into people (id, name, email, version) values (1, 'Again', 'a@example.org', 7) returning id",
      );
      await ada.shows({ name: "Again" });
      await ada.call("rename", "And on");
      assert.deepEqual([ada.error, (await stored()).name], [undefined, "And on"]);
      assert.deepEqual(here.errors, []);
    });

    test("that does not fit its struct is nobody's, and is left as it is", async () => {
      const ada = await here.show("profile");
      await ada.instance.loaded();
      await query("update people set name = '' where id = 1 returning id");
      await until(() => heard.length > 0);
      assert.deepEqual(heard, ["Ada: E_STATE_INVALID"]);
      await ada.call("rename", "Mended");
      assert.deepEqual([ada.error, ada.person.name], ["E_INTERNAL", "Ada"]);
      assert.match(here.errors.join(), /E_STATE_INVALID: The stored value of "people.name"/);
      const next = await here.show("profile");
      await until(() => next.error !== undefined);
      assert.equal((await query("select name from people where id = 1"))[0]?.name, "");
      await query("update people set name = 'By hand' where id = 1 returning id");
      await ada.shows({ name: "By hand" });
    });

    test("E2.3.2 is found by any of its columns; in a list, or as one of several, it is an error of the app", async () => {
      const shown = await here.show("both", {});
      await shown.instance.loaded();
      assert.deepEqual(
        [shown.state.a, shown.state.b].map((row) => (row as Json).name),
        ["Ada", "Bob"],
      );
      await query("update people set tenant = 'south' where id = 1 returning id");
      await here.show("listed", {});
      await until(() => here.errors.length > 0);
      assert.match(here.errors.join(), /"all.0" is a row in a list/);
    });

    test("is bound in initial alone: elsewhere it is an error of the app, and no row that is never saved", async () => {
      const ada = await here.show("drafts");
      await ada.instance.loaded();
      await ada.call("swap");
      assert.deepEqual([ada.error, ada.person.name], ["E_INTERNAL", "Ada"]);
      assert.match(here.errors[0] ?? "", /"persistent\(\)".*in the initial of a live component.*db.find/);
    });

    test("is saved by itself: where one of two cannot be, the other one is, and both are shown as they are", async () => {
      const shown = await here.show("both", {});
      await shown.call("swap", "Alma", "Bert");
      assert.deepEqual([(await stored(1)).name, (await stored(2)).name], ["Alma", "Bert"]);
      await shown.call("swap", "Anna", "x".repeat(41));
      assert.deepEqual(
        [shown.error, (await stored(1)).name, (await stored(2)).name],
        ["E_VALIDATION", "Alma", "Bert"],
      );
      await shown.call("address", "anna@example.org", "anna@example.org");
      assert.deepEqual([here.errors, shown.error], [[], "E_VALIDATION"]);
      const emails = [(await stored(1)).email, (await stored(2)).email];
      await until(() =>
        [shown.state.a, shown.state.b].every((row, at) => (row as Json).email === emails[at]),
      );
      assert.equal(emails.includes("anna@example.org"), true);
    });

    test("E2.3.4 is saved later where that is asked for: others see it then", async () => {
      const [ada, other] = [await here.show("drafts"), await here.show("profile")];
      await ada.instance.loaded();
      await ada.type("name", "Draft");
      assert.deepEqual([ada.person.name, ada.error, (await stored()).name], ["Draft", undefined, "Ada"]);
      await other.call("age", 70);
      await ada.shows({ name: "Draft", age: 70 });
      assert.equal(other.person.name, "Ada");
      ada.leave();
      await other.shows({ name: "Draft" });
      assert.deepEqual([(await stored()).name, (await stored()).age], ["Draft", 70]);
    });

    test("shows its truth, and onError hears why, when it could not be saved later", async () => {
      const [ada, other] = [await here.show("quick"), await here.show("profile")];
      await other.instance.loaded();
      await ada.call("rename", "Quick");
      await other.shows({ name: "Quick" });
      await ada.call("move", "bob@example.org");
      await until(() => heard.length > 0);
      await ada.shows({ email: "ada@example.org", name: "Quick" });
      assert.deepEqual([heard, ada.error, here.errors], [["Quick: E_VALIDATION"], undefined, []]);
    });

    test("is saved by save() where that is asked for", async () => {
      const ada = await here.show("manual");
      await ada.instance.loaded();
      await ada.type("name", "By hand");
      await ada.type("email", "hand@example.org");
      assert.equal((await stored()).name, "Ada");
      await ada.call("keep");
      assert.deepEqual(
        [(await stored()).name, (await stored()).email, ada.error],
        ["By hand", "hand@example.org", undefined],
      );
      await ada.type("email", "bob@example.org");
      await ada.call("keepOrSay");
      assert.deepEqual([ada.state.failed, ada.person.email, heard], ["E_VALIDATION", "bob@example.org", []]);
      await ada.call("keep");
      assert.equal(ada.error, "E_VALIDATION");
      await ada.shows({ email: "hand@example.org", name: "By hand" });
      assert.deepEqual(heard, ["By hand: E_VALIDATION"]);
    });

    test("is saved by save() before its time", async () => {
      const ada = await here.show("drafts");
      await ada.instance.loaded();
      await ada.type("name", "Sooner");
      await ada.call("keep");
      assert.equal((await stored()).name, "Sooner");
    });

    test("is saved when a hook or a timer writes it; what fails there reaches onError", async () => {
      const [ada, other] = [await here.show("timed"), await here.show("profile")];
      await other.shows({ name: "Mounted" });
      assert.equal((await stored()).name, "Mounted");
      await ada.call("soon", "bob@example.org");
      await until(() => heard.length > 0);
      await ada.shows({ email: "ada@example.org" });
      assert.deepEqual(heard, ["Mounted: E_VALIDATION"]);
    });

    test("is saved before a form without JavaScript is answered", async () => {
      const browser = await HttpBrowser.visit(here.served.url, "/person/1");
      assert.equal((await browser.send(0, { name: "Form" })).status, 303);
      assert.equal((await stored()).name, "Form");
      assert.match((await browser.open("/person/1")).html, />Form</);
      const other = await here.show("profile");
      await other.call("rename", "Elsewhere");
      assert.match((await browser.open("/person/1")).html, />Elsewhere</);
    });

    test("is what it is when a page comes, though it was another when that was rendered", async () => {
      const page = await getPage(`${here.served.url}/person/1`);
      await query("update people set name = 'Meanwhile' where id = 1 returning id");
      const client = NodeClient.of(here.served.url, page);
      const instance = LiveReplica.of(
        {
          host: {} as HTMLElement,
          component: "people.profile",
          key: "~0",
          params: { person: "1" },
          changed: () => {},
        },
        client.runtime,
      );
      assert.equal((instance.snapshot().person as Json).name, "Ada");
      client.runtime.link.connect();
      await until(() => (instance.snapshot().person as Json).name === "Meanwhile");
      client.close();
    });

    test("begins afresh in another process: nothing of its component is stored beside the database", async () => {
      const stored: string[] = [];
      const kept = memory();
      const commit: Backend["commit"] = (commit) => {
        stored.push(commit.store);
        return kept.commit(commit);
      };
      const durable = await start({ backend: { ...kept, durability: "power", commit } });
      const ada = await durable.show("profile");
      await ada.call("rename", "Stored");
      await ada.call("rename", "");
      const browser = await HttpBrowser.visit(durable.served.url, "/person/1");
      await browser.send(0, { name: "Form" });
      await ada.shows({ name: "Form" });
      assert.deepEqual([stored, ada.error], [[], "E_VALIDATION"]);
    });

    test("T49 is found by values of columns alone: no operators, no text of SQL, nothing left open", async () => {
      const evil = "1' or '1'='1";
      const refused: [where: object, code: string][] = [
        [{ id: { $gt: 0 } }, "E_VALIDATION"],
        [{ id: [1, 2] }, "E_VALIDATION"],
        [{ id: undefined }, "E_VALIDATION"],
        [{ id: "1" }, "E_VALIDATION"],
        [{ id: 1, tenant: undefined }, "E_VALIDATION"],
        [{ email: null }, "E_VALIDATION"],
        [{ tags: [] }, "E_VALIDATION"],
        [{ "1=1 --": 1 }, "E_VALIDATION"],
        [{ version: 1 }, "E_VALIDATION"],
        [{ ["__proto__"]: 1 }, "E_VALIDATION"],
        [{}, "E_OPTION"],
      ];
      for (const [where, code] of refused) await assert.rejects(here.db.find(people, where), { code });
      assert.equal(await here.db.find(people, { email: evil }), undefined);
      const ada = await here.show("profile");
      await ada.call("rename", `${evil}; drop table people`);
      assert.equal((await stored()).name, `${evil}; drop table people`);
      for (const person of [{ $gt: 0 }, evil, [1], null]) {
        const shown = await here.show("profile", { person });
        await until(() => shown.error !== undefined);
        assert.equal(shown.error, "E_VALIDATION");
      }
    });

    test("T49 keeps its key, and what it is found by, whoever writes it", async () => {
      const ada = await here.show("profile");
      await ada.instance.loaded();
      await ada.call("steal");
      assert.deepEqual([ada.error, ada.person.id], ["E_INTERNAL", 1]);
      assert.match(here.errors.join(), /E_READ_ONLY: "people.id" is read-only here/);
      // A page that is not ours: it sends what its fields are not bound to.
      for (const path of ["person.id", "person.email", "person.hash", "person"])
        assert.equal(await ada.force(path, 2), "E_FORBIDDEN");
      const shown = await here.show("bound", { person: 1, tenant: "north" });
      await shown.instance.loaded();
      assert.equal(await shown.force("id", 2), "E_INTERNAL");
      assert.equal(await shown.force("name", "Fine"), undefined);
      assert.deepEqual(
        [(await stored()).id, (await stored()).name, (await stored(2)).name],
        [1, "Fine", "Bob"],
      );
    });

    test("T49 of another tenant is neither found nor shown nor written, also when it moves there", async () => {
      const other = await here.show("tenant", { person: 1, tenant: "south" });
      await until(() => other.error !== undefined);
      assert.equal(other.error, "E_NOT_FOUND");
      const ada = await here.show("tenant", { person: 1, tenant: "north" });
      await ada.call("rename", "Ours");
      await query("update people set tenant = 'south', name = 'Theirs' where id = 1 returning id");
      await until(() => heard.length > 0);
      assert.deepEqual([heard, ada.person.name], [["Ours: E_NOT_FOUND"], "Ours"]);
      await ada.call("rename", "Taken");
      assert.deepEqual([ada.error, (await stored()).name], ["E_NOT_FOUND", "Theirs"]);
      await query("update people set email = 'theirs@example.org' where id = 1 returning id");
      const now = await here.show("tenant", { person: 1, tenant: "south" });
      await now.shows({ email: "theirs@example.org" });
      assert.deepEqual([ada.person.name, ada.person.email], ["Ours", "ada@example.org"]);
    });

    test("T49 that moves to another tenant before that was noticed is not written there", async () => {
      const slow = await start({ pollMs: 3_600_000 });
      const ada = await slow.show("tenant", { person: 1, tenant: "north" });
      await ada.instance.loaded();
      await query("update people set tenant = 'south' where id = 1 returning id");
      await ada.call("rename", "Taken");
      assert.deepEqual([ada.error, (await stored()).name], ["E_NOT_FOUND", "Ada"]);
    });
  });
