import { VioletError } from "../src/errors.ts";
import { type HubTime, realTime } from "./hub/time.ts";

export interface Deadline {
  /** What is waited for, in words: `the rule "read" of "chat"`. */
  readonly what: string;
  /** The limit `handlerMs`. */
  readonly handlerMs: number;
  readonly time?: Pick<HubTime, "after">;
  /** Gets the error too: who waits may be told less. */
  report?(error: unknown): void;
}

/** Whether an answer of the app's code is still to come: one that is there needs no deadline. */
export const isAwaitable = <T>(answer: T | PromiseLike<T>): answer is PromiseLike<T> =>
  typeof (answer as PromiseLike<T> | undefined)?.then === "function";

/**
 * What the app's code answers, if it does so in time; else E_UNAVAILABLE, and what comes later is not looked at: code
 * that hangs must not hold up for ever who waits for it.
 */
export function inTime<T>(answer: PromiseLike<T>, deadline: Deadline): Promise<T> {
  const { handlerMs, time = realTime } = deadline;
  return new Promise((resolve, reject) => {
    const stop = time.after(handlerMs, () => reject(tooLate(deadline)));
    answer.then(
      (value) => {
        stop();
        resolve(value);
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
  });
}

function tooLate({ what, handlerMs, report }: Deadline): VioletError {
  const message = `${what} took longer than ${handlerMs} ms (limits.handlerMs).`;
  const error = new VioletError("E_UNAVAILABLE", {}, { message });
  report?.(error);
  return error;
}
