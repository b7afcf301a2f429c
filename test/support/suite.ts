/**
 * One way to write a test that runs in Node (node:test) and in browsers (mocha, inside web-test-runner).
 * There is no `only` and no `skip` on purpose.
 */
import { assert as chai } from "chai";

type Body = () => void | Promise<void>;
interface Runner {
  describe(name: string, body: () => void): void;
  it(name: string, body: Body): void;
  before(body: Body): void;
  after(body: Body): void;
  beforeEach(body: Body): void;
  afterEach(body: Body): void;
}

const inNode = typeof process === "object" && process.versions?.node !== undefined;
// A variable, so that nothing resolves the name for a browser.
const nodeTest = "node:test";
const runner: Runner = inNode ? await import(nodeTest) : globalThis;

/** A group of tests, named after the thing under test. */
export const suite = (name: string, body: () => void): void => runner.describe(name, body);

/** One fact in the present tense. */
export const test = (name: string, body: Body): void => runner.it(name, watched(body));

export const before = (body: Body): void => runner.before(watched(body));
export const after = (body: Body): void => runner.after(watched(body));
export const beforeEach = (body: Body): void => runner.beforeEach(watched(body));
export const afterEach = (body: Body): void => runner.afterEach(watched(body));

// A socket or timer left open keeps Node alive after the last test, and node:test would wait for ever.
const leftOpenAfterMs = 10_000;
let waiting: ReturnType<typeof setTimeout> | undefined;

function watched(body: Body): Body {
  if (!inNode) return () => body();
  return async () => {
    clearTimeout(waiting);
    try {
      await body();
    } finally {
      waiting = setTimeout(failLeftOpen, leftOpenAfterMs).unref();
    }
  };
}

function failLeftOpen(): void {
  const open = process.getActiveResourcesInfo().filter((name) => name !== "PipeWrap");
  console.error(`The tests are done and the process is not: they left open ${open.join(", ")}.`);
  process.exit(1);
}

type ErrorClass = new (...args: never[]) => Error;

/** What an error must be: its class, a pattern of its message, some of its fields, or a predicate. */
type Expected = ErrorClass | RegExp | Readonly<Record<string, unknown>> | ((error: unknown) => boolean);

const isClass = (expected: unknown): expected is ErrorClass =>
  typeof expected === "function" && (expected === Error || expected.prototype instanceof Error);

function matches(error: unknown, expected: Expected): void {
  if (expected instanceof RegExp) chai.match(String((error as Error).message ?? error), expected);
  else if (isClass(expected))
    chai.isTrue(error instanceof expected, `expected ${expected.name}, got ${String(error)}`);
  else if (typeof expected === "function")
    chai.isTrue((expected as (e: unknown) => boolean)(error), `unexpected ${String(error)}`);
  else for (const [name, wanted] of Object.entries(expected)) compareField(error, name, wanted);
}

function compareField(error: unknown, name: string, wanted: unknown): void {
  const got = (error as Record<string, unknown>)[name];
  const hint = `error.${name} of ${String(error)}`;
  if (wanted instanceof RegExp) chai.match(String(got), wanted, hint);
  else chai.deepEqual(got, wanted, hint);
}

interface Assert {
  (value: unknown, message?: string): asserts value;
  ok(value: unknown, message?: string): asserts value;
  /** `Object.is`-like equality without coercion. */
  equal<T>(actual: T, expected: T, message?: string): void;
  notEqual<T>(actual: T, expected: T, message?: string): void;
  /** Structural and strict. Prototypes of plain objects are not compared. */
  deepEqual<T>(actual: T, expected: T, message?: string): void;
  notDeepEqual<T>(actual: T, expected: T, message?: string): void;
  match(actual: string, pattern: RegExp, message?: string): void;
  doesNotMatch(actual: string, pattern: RegExp, message?: string): void;
  throws(body: () => unknown, expected?: Expected): void;
  doesNotThrow(body: () => unknown): void;
  rejects(promise: Promise<unknown> | (() => Promise<unknown>), expected?: Expected): Promise<void>;
  fail(message: string): never;
}

function throws(body: () => unknown, expected?: Expected): void {
  try {
    body();
  } catch (error) {
    if (expected !== undefined) matches(error, expected);
    return;
  }
  chai.fail("expected the function to throw");
}

async function rejects(
  promise: Promise<unknown> | (() => Promise<unknown>),
  expected?: Expected,
): Promise<void> {
  try {
    await (typeof promise === "function" ? promise() : promise);
  } catch (error) {
    if (expected !== undefined) matches(error, expected);
    return;
  }
  chai.fail("expected the promise to reject");
}

/** chai's comparisons and messages under the names of node:assert/strict. */
export const assert: Assert = Object.assign((value: unknown, message?: string) => chai.isOk(value, message), {
  ok: (value: unknown, message?: string) => chai.isOk(value, message),
  equal: (actual: unknown, expected: unknown, message?: string) =>
    Number.isNaN(expected) ? chai.isNaN(actual, message) : chai.strictEqual(actual, expected, message),
  notEqual: (actual: unknown, expected: unknown, message?: string) =>
    chai.notStrictEqual(actual, expected, message),
  deepEqual: (actual: unknown, expected: unknown, message?: string) =>
    chai.deepEqual(actual, expected, message),
  notDeepEqual: (actual: unknown, expected: unknown, message?: string) =>
    chai.notDeepEqual(actual, expected, message),
  match: (actual: string, pattern: RegExp, message?: string) => chai.match(actual, pattern, message),
  doesNotMatch: (actual: string, pattern: RegExp, message?: string) =>
    chai.notMatch(actual, pattern, message),
  throws,
  doesNotThrow: (body: () => unknown) => void body(),
  rejects,
  fail: (message: string): never => chai.fail(message),
}) as Assert;
