/** What the plugin takes of a bundler: the part of Rollup's plugin context that Vite and web-test-runner have, too. */
import type { Place } from "./place.ts";

interface Log {
  readonly message: string;
  readonly code?: string;
  readonly loc?: Place;
}

/** While modules are transformed. */
export interface Bundler {
  parse(code: string): object;
  resolve(source: string, importer: string, options: object): Promise<Resolved | null>;
  load(module: { readonly id: string }): Promise<{ readonly meta: Readonly<Record<string, unknown>> }>;
  getCombinedSourcemap(): object;
  warn(log: Log): void;
  error(log: Log): never;
}

interface Resolved {
  readonly id: string;
  readonly external: unknown;
}

/** When all modules are there. */
export interface Graph {
  getModuleIds(): Iterable<string>;
  error(log: Log): never;
}
