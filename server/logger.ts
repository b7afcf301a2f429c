import { VioletError } from "../src/errors.ts";
import { type HubTime, realTime } from "./hub/time.ts";

/** What Violet logs with: pino's calls. The first argument holds the facts, the second is the sentence. */
export interface Logger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

const say =
  (level: "info" | "warn" | "error") =>
  (facts: object, message: string): void => {
    const { err, ...others } = facts as { err?: unknown };
    const details = [err, Object.keys(others).length > 0 ? others : undefined].filter(
      (each) => each !== undefined,
    );
    console[level](`violet: ${message}`, ...details);
  };

export const consoleLogger: Logger = { info: say("info"), warn: say("warn"), error: say("error") };

/** Where an error arose: names and ids. Never arguments, values or tokens. */
export interface Facts {
  /** The client's public id. */
  readonly client?: string | undefined;
  readonly component?: string | undefined;
  /** The instance's, where its element has one. */
  readonly key?: string | undefined;
  readonly callback?: string | undefined;
  readonly hook?: string | undefined;
  readonly store?: string | undefined;
  readonly action?: string | undefined;
  readonly function?: string | undefined;
  readonly event?: string | undefined;
}

/** Of one kind so many errors are logged in so much time; the others are counted. */
const MAX_OF_KIND = 10;
const WINDOW_MS = 60_000;
/** Kinds are told apart by names that pages may choose: above so many, all others are one. */
const MAX_KINDS = 1000;

interface Kind {
  count: number;
  readonly stop: () => void;
  /** Logs how many were left out. */
  end(): void;
}

/**
 * The log of an app's errors. Who makes a callback throw again and again must not fill it: of one kind (the same place and
 * the same class and code of error) ten in a minute are logged, and then how many more there were.
 */
export class ErrorLog {
  readonly #logger: Logger;
  readonly #time: Pick<HubTime, "after">;
  readonly #kinds = new Map<string, Kind>();

  constructor(logger: Logger, time: Pick<HubTime, "after"> = realTime) {
    this.#logger = logger;
    this.#time = time;
  }

  add(error: unknown, what: string, facts: Facts = {}): void {
    const code = error instanceof VioletError ? error.code : undefined;
    const { client, key, ...place } = facts;
    const about = { ...place, ...(code && { code }) };
    const kind = this.#kindOf(JSON.stringify([what, about, nameOf(error)]), what, about);
    if (++kind.count > MAX_OF_KIND) return;
    this.#logger.error(
      { err: error, ...about, ...(client !== undefined && { client }), ...(key !== undefined && { key }) },
      what,
    );
  }

  #kindOf(name: string, what: string, about: object): Kind {
    const known = this.#kinds.get(name);
    if (known) return known;
    if (this.#kinds.size > MAX_KINDS) return this.#kinds.get(OTHERS) as Kind;
    const isLast = this.#kinds.size === MAX_KINDS;
    const own = isLast ? OTHERS : name;
    const kind: Kind = {
      count: 0,
      stop: this.#time.after(WINDOW_MS, () => {
        this.#kinds.delete(own);
        kind.end();
      }),
      end: () => {
        const omitted = kind.count - MAX_OF_KIND;
        if (omitted > 0)
          this.#logger.warn(
            { ...(isLast ? {} : about), omitted },
            `${isLast ? "errors of many kinds" : what}: ${omitted} more within a minute`,
          );
      },
    };
    this.#kinds.set(own, kind);
    return kind;
  }

  /** Says what was left out so far. */
  close(): void {
    for (const { stop, end } of this.#kinds.values()) {
      stop();
      end();
    }
    this.#kinds.clear();
  }
}

const OTHERS = "";

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
