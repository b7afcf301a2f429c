/** The server that is killed: it says what it has before any page comes to it. */
import type { AddressInfo } from "node:net";
import { violet } from "../../../server/app.ts";
import { load, snapshot } from "../../../src/state/helpers.ts";
import { answer, given } from "../../support/child.ts";
import { type Board, board } from "../stores.ts";
import { Failpoint } from "./failpoint.ts";
import { type KindName, kinds } from "./kinds.ts";

export interface VictimOptions {
  readonly kind: KindName;
  /** Where it keeps its states. */
  readonly folder: string;
}

const { kind, folder } = given<VictimOptions>();
const failpoint = new Failpoint();
const errors: string[] = [];

const start = performance.now();
const app = violet({
  secret: "a secret that the runs alone know",
  backend: failpoint.around(kinds[kind].open(folder)),
  logger: {
    info() {},
    warn() {},
    error: (facts, message) => void errors.push(`${message}: ${(facts as { err?: Error }).err?.stack}`),
  },
});
await app.ready;
const readyMs = performance.now() - start;

const commands = {
  ready() {},
  /** How long it took to start, in milliseconds. */
  readyMs: () => readyMs,
  /** The ids on a board, in their order. */
  board: (key: string) =>
    app.run(async () => {
      await load(board(key));
      return (snapshot(board(key)) as Board).items.map(({ id }) => id);
    }),
  /** From now on pages may come. Gives the port. */
  async listen({ host, port }: { readonly host: string; readonly port: number }): Promise<number> {
    const server = await app.listen(
      (request, response) => app.middleware(request, response, () => response.end()),
      port,
      host,
    );
    failpoint.watch(server);
    return (server.address() as AddressInfo).port;
  },
  arm: (at: Parameters<Failpoint["arm"]>[0]) => failpoint.arm(at),
  errors: () => errors,
};

export type VictimCommands = typeof commands;

answer(commands);
