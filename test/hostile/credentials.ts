/** What a page that was made elsewhere is given, and the first message that it says with it. */
import { cookiesOf } from "../support/serve.ts";

export interface Credentials {
  readonly cookie: string;
  readonly client: string;
  readonly csrf: string;
}

export async function credentials(origin: string): Promise<Credentials> {
  const response = await fetch(`${origin}/_violet/session`, { method: "POST", headers: { origin } });
  if (!response.ok) throw new Error(`the session endpoint answered ${response.status}`);
  const { client, csrf } = (await response.json()) as Omit<Credentials, "cookie">;
  return { cookie: cookiesOf(response.headers), client, csrf };
}

/** Each says it as a new client. An instance of a live component is made of no params. */
export const greeting = ({ csrf }: Credentials, ...stores: readonly string[]): string =>
  JSON.stringify({
    type: "hello",
    protocol: 1,
    csrf,
    stores: stores.map((store) => ({ store, life: 1, ...(isInstance(store) && { params: {} }) })),
  });

const isInstance = (store: string) => store.startsWith("@");
