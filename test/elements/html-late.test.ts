import "../../elements/tags.ts";
import { LocalStore, local } from "../../src/state/local.ts";
import { definitionOf } from "../../src/state/store.ts";
import { clearAfterEach, settle, stage } from "../support/mount.ts";
import { host, resolveHere } from "../support/stores.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";
import { uncaughtOf } from "../support/uncaught.ts";
import { bound, shows } from "./html-support.ts";

let cores = resolveHere();
const site = local("html-site", {
  initial: () => ({ title: "one", user: "Ada", open: true, rows: ["a", "b"] }),
});
local("html-part", { initial: () => ({ user: "Grace" }) });

const coming = local("html-coming", { initial: () => ({ title: "came" }) });

/** A store that is on its way. */
class Coming extends LocalStore {
  readonly #arrived = Promise.withResolvers<void>();
  override isLoaded = false;

  override loaded(): Promise<void> {
    return this.#arrived.promise;
  }

  end(how: "there" | "refused"): void {
    this.isLoaded = how === "there";
    if (this.isLoaded) this.#arrived.resolve();
    else this.#arrived.reject(new Error("refused"));
  }
}

suite("plain HTML that comes and goes", () => {
  clearAfterEach();
  beforeEach(() => {
    cores = resolveHere();
  });

  test("D14.5 is bound when it comes into an empty provider", async () => {
    const tag = await bound(`<violet-local store="html-site"></violet-local>`);
    tag.innerHTML = `<p><b data-text="title"></b></p>`;
    await shows(() => tag.textContent, "one");
  });

  test("is bound when it comes beside what is bound, and in a row", async () => {
    const tag = await bound(
      `<violet-local store="html-site"><b data-text="title"></b><template data-each="rows"><p></p></template></violet-local>`,
    );
    tag.insertAdjacentHTML("beforeend", `<i data-text="user"></i>`);
    for (const row of tag.querySelectorAll("p")) row.innerHTML = `<u data-text="$value"></u>`;
    await shows(() => tag.textContent, "oneabAda");
    site.user = "Bob";
    await settle();
    assert.equal(tag.textContent, "oneabBob");
  });

  test("is left alone when it has gone, and bound again when it comes back", async () => {
    const tag = await bound(`<violet-local store="html-site"><b data-text="title"></b></violet-local>`);
    const element = tag.querySelector("b") as HTMLElement;
    element.remove();
    await settle();
    site.title = "two";
    await settle();
    assert.equal(element.textContent, "one");
    tag.append(element);
    await settle();
    assert.equal(element.textContent, "two");
  });

  test("stays bound in a provider that is moved, and rests while that is out of the page", async () => {
    const tag = await bound(
      `<violet-local store="html-site"><b data-text="title"></b><input data-model="user"><template data-each="rows"><i data-text="$value"></i></template></violet-local>`,
    );
    const [first] = tag.querySelectorAll("i");
    tag.remove();
    site.title = "two";
    await settle();
    assert.equal(tag.textContent, "oneab");
    stage().append(tag);
    site.user = "Bob";
    await shows(() => [tag.textContent, tag.querySelector("input")?.value], ["twoab", "Bob"]);
    assert.equal(tag.querySelector("i"), first as HTMLElement);
  });

  test("has names from the nearest provider that has them", async () => {
    const tag = await bound(
      `<violet-local store="html-site"><violet-local store="html-part"><b data-text="user"></b><i data-text="title"></i></violet-local><u data-text="user"></u></violet-local>`,
    );
    await shows(() => tag.textContent, "GraceoneAda");
    site.title = "two";
    await settle();
    assert.equal(tag.textContent, "GracetwoAda");
  });

  for (const end of ["there", "refused"] as const)
    test(`stays as it is until the stores around are ${end}`, async () => {
      const store = new Coming(definitionOf(coming), host);
      cores.set(store.name, store);
      const tag = await bound(
        `<violet-local store="html-coming"><violet-local store="html-part"><b data-text="user">Ada</b><i data-text="title">before</i></violet-local></violet-local>`,
      );
      await settle();
      assert.equal(tag.textContent, "Adabefore");
      store.end(end);
      await shows(() => tag.textContent, "Gracecame");
    });

  test("gets keys that the store did not have before", async () => {
    const tag = await bound(
      `<violet-local store="html-new" initial="{}"><b data-text="later"></b></violet-local>`,
    );
    Reflect.set(cores.get("html-new")?.root as object, "later", "now");
    await shows(() => tag.textContent, "now");
  });

  test("T42 is no way to code: handlers, documents, styles, scripts and other bindings are not bound", async () => {
    for (const [html, code] of [
      [`<a data-attr-onclick="title">`, "E_SINK"],
      [`<a data-attr-data-on-click="title">`, "E_SINK"],
      [`<a data-attr-data-text="title">`, "E_SINK"],
      [`<a data-attr-style="title">`, "E_SINK"],
      [`<iframe data-attr-srcdoc="title">`, "E_SINK"],
      [`<a data-attr-xlink:href="title">`, "E_SINK"],
      [`<script type="text/plain" data-text="title"></script>`, "E_SINK"],
      [`<script type="text/plain" data-attr-src="title"></script>`, "E_SINK"],
      [`<style data-text="title"></style>`, "E_SINK"],
      [`<b data-text="title + 1">`, "E_BINDING"],
      [`<b data-text="fetch('/')">`, "E_BINDING"],
      [`<b data-each="rows">`, "E_BINDING"],
      [`<template data-text="title"></template>`, "E_BINDING"],
      [`<br data-text="title">`, "E_BINDING"],
      [`<input type="file" data-model="title">`, "E_BINDING"],
      [`<input data-model="!open">`, "E_BINDING"],
      [`<b data-class="open">`, "E_BINDING"],
    ] as const) {
      let tag: HTMLElement | undefined;
      const given = `<violet-local store="html-site">${html}</violet-local>`;
      const error = await uncaughtOf(async () => {
        tag = await bound(given);
      });
      assert.equal((error as { code?: string }).code, code, html);
      const author = document.createElement("div");
      author.innerHTML = given;
      assert.equal(tag?.innerHTML, author.firstElementChild?.innerHTML, html);
    }
  });
});
