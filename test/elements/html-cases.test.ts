import "../../elements/tags.ts";
import { bindingCases, tagOf } from "../support/html-bindings.ts";
import { clearAfterEach, settle, stage } from "../support/mount.ts";
import { resolveHere } from "../support/stores.ts";
import { assert, beforeEach, suite, test } from "../support/suite.ts";
import { bound, contentOf } from "./html-support.ts";

suite("the bindings of plain HTML in the browser", () => {
  clearAfterEach();
  beforeEach(() => void resolveHere());

  for (const [index, each] of bindingCases.entries()) {
    test(`show ${each.title}`, async () => {
      const tag = await bound(tagOf(each, index, each.html));
      assert.equal(contentOf(tag), contentOf(filled(each.filled)));
    });

    test(`touch nothing where the server has filled in ${each.title}`, async () => {
      const place = stage();
      const records: MutationRecord[] = [];
      place.innerHTML = tagOf(each, index, each.filled);
      const observer = new MutationObserver((more) => records.push(...more));
      observer.observe(place, { attributes: true, characterData: true, childList: true, subtree: true });
      await bound(place);
      await settle();
      assert.deepEqual(
        records.map(({ type, target, attributeName }) => `${type} ${target.nodeName} ${attributeName}`),
        [],
      );
    });
  }
});

const filled = (html: string) => {
  const content = document.createElement("div");
  content.innerHTML = html;
  return content;
};
