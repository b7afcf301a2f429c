import { type PagePayload, Runtime } from "../../../src/runtime.ts";
import { assert, suite, test } from "../../support/suite.ts";

suite("a page whose credentials are refused", () => {
  test("asks for new ones once, whoever needs them at once, and again when they are refused later", async () => {
    const asked: (string | undefined)[] = [];
    const renew = async (client: string | undefined): Promise<PagePayload> => {
      asked.push(client);
      return { client: `client ${asked.length}`, csrf: "token" };
    };
    const runtime = new Runtime({ origin: "http://sim", renew });
    await Promise.all([runtime.renew(), runtime.renew()]);
    assert.deepEqual(asked, [undefined]);
    assert.equal(runtime.credentials()["violet-client"], "client 1");
    await runtime.renew();
    assert.deepEqual(asked, [undefined, "client 1"]);
  });
});
