/** A site with a store of every kind, each with a secret, and rules that the test can turn round. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, number, object, record, size, string } from "superstruct";
import { VioletElement } from "../../elements/violet-element.ts";
import { server } from "../../server/index.ts";
import { html, shared } from "../../src/index.ts";
import type { AccessRules, Client, Definition } from "../../src/state/definition.ts";
import { referenceOf } from "../../src/state/store.ts";
import type { ActionMaker } from "../../src/state/types.ts";
import { type Served, serve } from "../support/serve.ts";

export const roles = ["guest", "member", "admin"] as const;
export type Role = (typeof roles)[number];

const State = object({
  secrets: array(object({ id: string(), text: string() })),
  log: record(string(), size(string(), 0, 9)),
  count: number(),
});
export type State = { secrets: { id: string; text: string }[]; log: Record<string, string>; count: number };
type Rules = AccessRules<State>;

/** Who may see the secret of a store; those whose right was taken away do not. */
export interface Kind {
  readonly name: string;
  readonly readers: readonly Role[];
  readonly lost: Set<Role>;
  /** A rule says who sees the secret. */
  readonly isRuled: boolean;
  /** It is the rule `read`. */
  readonly hasRead: boolean;
  /** It is a view: who may not see the secret still reads the rest, if `read` lets it in. */
  readonly hasView: boolean;
  mayEnter(role: Role, hasRight: boolean): boolean;
  readonly isWritable: boolean;
  readonly isServerOnly: boolean;
  readonly definition: Definition;
  readonly key: string | undefined;
  readonly store: State;
}

const roleOf = ({ user }: Client): Role => (user?.name ?? "guest") as Role;
const withoutSecrets = (state: State): State => ({ ...state, secrets: [], log: {} });

type Sees = (client: Client) => boolean;
interface Plan {
  readonly rules?: (sees: Sees) => Rules;
  readonly hasView?: boolean;
  readonly isOnServer?: boolean;
  readonly isRoom?: boolean;
  readonly isWritable?: boolean;
  readonly isServerOnly?: boolean;
}

const view = (sees: Sees): Rules => ({
  view: (state, client) => (sees(client) ? state : withoutSecrets(state)),
});

/** All kinds of rules, and all ways of a store. */
const plans: Readonly<Record<string, Plan>> = {
  open: {},
  ruled: { rules: (sees) => ({ read: sees }) },
  ruledOnServer: { rules: (sees) => ({ read: sees }), isOnServer: true },
  slow: {
    rules: (sees) => ({
      async read(client) {
        await new Promise(setImmediate);
        return sees(client);
      },
    }),
  },
  throwing: {
    rules: (sees) => ({
      read(client) {
        if (!sees(client)) throw new Error("canary: the rule's own");
        return true;
      },
    }),
  },
  rejecting: {
    rules: (sees) => ({
      read: async (client) => sees(client) || Promise.reject(new Error("canary: the rule's own")),
    }),
  },
  unsure: { rules: (sees) => ({ read: (client) => (sees(client) ? true : (1 as never)) }) },
  viewed: { rules: view, hasView: true },
  viewedOnServer: { rules: view, hasView: true, isOnServer: true },
  viewedAndRuled: {
    rules: (sees) => ({ ...view(sees), read: async (client) => roleOf(client) !== "guest" || sees(client) }),
    hasView: true,
  },
  room: { rules: (sees) => ({ read: sees }), isRoom: true },
  viewedRoom: { rules: view, hasView: true, isRoom: true },
  serverOnly: { rules: (sees) => ({ read: sees }), isServerOnly: true },
  unwritable: { rules: (sees) => ({ read: sees, write: async () => false }), isWritable: false },
  viewedUnwritable: {
    rules: (sees) => ({ ...view(sees), write: () => false }),
    hasView: true,
    isWritable: false,
  },
};

function make(name: string, readers: readonly Role[], plan: Plan): Kind {
  const lost = new Set<Role>();
  const sees: Sees = (client) => readers.includes(roleOf(client)) && !lost.has(roleOf(client));
  const rules: Rules = { write: () => true, ...plan.rules?.(sees) };
  const options = {
    state: State,
    initial: (): State => ({ secrets: [], log: {}, count: 0 }),
    serverOnly: plan.isServerOnly ? ["secrets"] : [],
    ...(!plan.isOnServer && { access: rules }),
    actions: (action: ActionMaker<State>) => ({
      /** What it makes of the secret is a secret. */
      copy: action([], (state, { id }) => {
        state.secrets.push({ id: id(), text: state.secrets[0]?.text ?? "" });
      }),
      fail: action([], ({ secrets }) => {
        throw new Error(secrets[0]?.text);
      }),
      misfit: action([], ({ secrets, log }) => {
        log[secrets[0]?.text ?? ""] = "more than nine letters";
      }),
    }),
  };
  const family = plan.isRoom ? shared.family(name, options as never) : undefined;
  const store = (family ? family("one") : shared(name, options as never)) as unknown as State;
  if (plan.isOnServer) server.access(store as never, rules as never);
  const { hasView = false, isWritable = true, isServerOnly = false } = plan;
  return {
    name,
    readers,
    lost,
    isRuled: !!plan.rules,
    hasRead: !!rules.read,
    hasView,
    mayEnter: (role, hasRight) => !rules.read || role !== "guest" || (hasRight && readers.includes(role)),
    isWritable,
    isServerOnly,
    store,
    ...referenceOf(store),
  };
}

/** Each plan for all readers, and for those who are let in by name alone. */
export const kinds: readonly Kind[] = Object.entries(plans).flatMap(([name, plan]) =>
  plan.rules
    ? [make(`${name}-some`, ["member", "admin"], plan), make(`${name}-one`, ["admin"], plan)]
    : [make(name, roles, plan)],
);

for (const [index, { store }] of kinds.entries())
  customElements.define(
    `show-${index}`,
    class extends VioletElement {
      override render() {
        return html`<p>${store.secrets.map(({ text }) => text)}</p>`;
      }
    },
  );

const roleIn = (cookie = "") => /role=(\w+)/.exec(cookie)?.[1];

/** `/page/INDEX` by `app.page`, `/files/INDEX.html` by `app.pages`. */
export async function serveMatrix(stores: "allow" | "deny"): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), "violet-matrix-"));
  for (const index of kinds.keys())
    await writeFile(
      join(folder, `${index}.html`),
      `<!doctype html><body><show-${index}></show-${index}></body>`,
    );
  const served = await serve(
    (site, app) => {
      site.get(
        "/page/:index",
        app.page(({ params }) => {
          const { store } = kinds[Number(params.index)] as Kind;
          return html`<p>${store.secrets.map(({ text }) => text)}</p>`;
        }),
      );
      site.use("/files", app.pages(folder));
    },
    {
      stores,
      authenticate: ({ headers }) => {
        const name = roleIn(headers.cookie);
        return name === "guest" || !name ? undefined : { name };
      },
      publicUser: (user) => user,
    },
  );
  const close = async () => {
    await served.close();
    await rm(folder, { recursive: true });
  };
  return { ...served, close };
}
