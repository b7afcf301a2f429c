import { LiveReplica } from "../../src/state/live-replica.ts";
import type { TestClient } from "../../testing/client.ts";

/** An element's instance in a client's page, without the element. */
export const mountIn = (client: TestClient, component: string, key: string, params = {}): LiveReplica =>
  client.run(() =>
    LiveReplica.of(
      { host: { localName: "test-element" } as HTMLElement, component, key, params, changed() {} },
      client.runtime,
    ),
  );
