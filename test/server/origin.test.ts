import type { IncomingMessage } from "node:http";
import { type OriginOptions, Origins } from "../../server/origin.ts";
import { assert, suite, test } from "../support/suite.ts";

interface Case {
  readonly origin?: string | undefined;
  readonly host?: string;
  readonly encrypted?: boolean;
  readonly localAddress?: string;
  readonly headers?: Record<string, string>;
}

// Only what a request says of itself matters here; real ones go through middleware.test.ts.
const request = ({ origin, host = "app.com", encrypted = false, localAddress = "10.0.0.1", headers }: Case) =>
  ({
    headers: { host, ...(origin !== undefined && { origin }), ...headers },
    socket: { encrypted, localAddress, remoteAddress: "192.0.2.1" },
  }) as unknown as IncomingMessage;

const origins = (options: Partial<OriginOptions> = {}) =>
  new Origins({ origins: [], hosts: undefined, trustedProxies: 0, production: true, ...options });

suite("the Origin check", () => {
  test("lets the app's own host in", () => {
    assert(origins().allows(request({ origin: "http://app.com" })));
    assert(origins().allows(request({ origin: "http://app.com:3000", host: "app.com:3000" })));
    assert(origins().allows(request({ origin: "https://app.com", encrypted: true })));
    assert(origins().allows(request({ origin: "http://[::1]:3000", host: "[::1]:3000" })));
  });

  test("lets https in where a proxy ended TLS before us, and never http where we speak https", () => {
    assert(origins().allows(request({ origin: "https://app.com" })));
    assert(!origins().allows(request({ origin: "http://app.com", encrypted: true })));
  });

  const refused = {
    "another site": "http://evil.example",
    null: "null",
    empty: "",
    "upper case": "HTTP://APP.COM",
    suffix: "http://app.com.evil",
    prefix: "http://evil-app.com",
    subdomain: "http://sub.app.com",
    "trailing dot": "http://app.com.",
    userinfo: "http://app.com@evil.example",
    "own userinfo": "http://user@app.com",
    "other port": "http://app.com:8080",
    "default port": "http://app.com:80",
    path: "http://app.com/",
    "other scheme": "ftp://app.com",
    "no scheme": "app.com",
    "two of them": "http://app.com, http://evil.example",
    space: " http://app.com",
  };
  for (const [name, origin] of Object.entries(refused))
    test(`refuses ${name}: ${JSON.stringify(origin)}`, () => {
      assert(!origins().allows(request({ origin })));
      assert(!origins({ origins: ["https://other.example"] }).allows(request({ origin })));
    });

  test("refuses a request without Origin, and one without Host", () => {
    assert(!origins().allows(request({})));
    assert(!origins().allows(request({ origin: "http://", host: "" })));
  });

  test("lets listed origins in, exactly", () => {
    const listed = origins({ origins: ["https://other.example"] });
    assert(listed.allows(request({ origin: "https://other.example" })));
    assert(!listed.allows(request({ origin: "http://other.example" })));
    assert(!listed.allows(request({ origin: "https://other.example:8443" })));
  });
});

suite("any origin", () => {
  const any = origins({ origins: "any" });

  test("may connect, and so may who has none", () => {
    for (const origin of ["http://evil.example", "null", undefined]) assert(any.allows(request({ origin })));
  });

  test("is not listed: what pages of the app are told, no other page may read", () => {
    assert(!any.isListed("http://evil.example"));
    assert(!any.isListed("any"));
  });

  test("still has to ask for a host of ours", () => {
    const listed = origins({ origins: "any", hosts: ["app.com"] });
    assert(!listed.allows(request({ origin: "http://app.com", host: "rebound.evil" })));
  });
});

suite("forwarded headers", () => {
  const headers = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "public.example",
    "x-forwarded-for": "6.6.6.6, 198.51.100.7",
  };

  test("are not believed by default", () => {
    const forged = request({ headers });
    assert.equal(origins().address(forged), "192.0.2.1");
    assert.equal(origins().host(forged), "app.com");
    assert(!origins().isSecure(forged));
  });

  test("count from the proxy that is trusted, so that a client's own entries do not", () => {
    const behindOne = origins({ trustedProxies: 1 });
    assert.equal(behindOne.address(request({ headers })), "198.51.100.7");
    assert(behindOne.isSecure(request({ headers })));
    assert(behindOne.allows(request({ headers, origin: "https://public.example" })));
    assert(!behindOne.allows(request({ headers, origin: "http://public.example" })));
    assert.equal(origins({ trustedProxies: 2 }).address(request({ headers })), "6.6.6.6");
  });
});

suite("the Host check", () => {
  const local = { localAddress: "127.0.0.1" };
  const development = origins({ production: false });

  test("keeps names away that resolve to this machine by somebody else's doing", () => {
    assert(!development.allowsHost(request({ ...local, host: "rebound.evil:3000" })));
    assert(
      !development.allows(
        request({ ...local, host: "rebound.evil:3000", origin: "http://rebound.evil:3000" }),
      ),
    );
  });

  test("knows this machine's own names", () => {
    for (const host of ["localhost:3000", "demo.localhost", "127.0.0.1:3000", "[::1]:3000", "192.168.1.5"])
      assert(development.allowsHost(request({ ...local, host })), host);
  });

  test("leaves networks and production alone, unless hosts are listed", () => {
    assert(development.allowsHost(request({ localAddress: "10.0.0.1", host: "my-machine:3000" })));
    assert(origins().allowsHost(request({ ...local, host: "app.com" })));
    const listed = origins({ hosts: ["app.com"] });
    assert(listed.allowsHost(request({ host: "app.com:443" })));
    assert(!listed.allowsHost(request({ host: "app.com.evil" })));
  });

  test("knows the hosts of listed origins", () => {
    const behindTunnel = origins({ production: false, origins: ["https://demo.tunnel.example"] });
    assert(behindTunnel.allowsHost(request({ ...local, host: "demo.tunnel.example" })));
  });
});
