import { parentPort } from "node:worker_threads";
import type { Answer, Calls, Question } from "./thread.ts";

export interface Answering<C> {
  answer(call: keyof C, argument: never): unknown;
  /** What is told of an error. */
  faultOf(error: unknown): unknown;
}

/** In a thread: answers what `Thread` asks, one call after another, and ends after `close`. */
export function answering<C extends Calls<C>>({ answer, faultOf }: Answering<C>): void {
  const port = parentPort as NonNullable<typeof parentPort>;
  port.on("message", ({ id, call, argument }: Question) => {
    try {
      port.postMessage({ id, answer: answer(call as keyof C, argument as never) } satisfies Answer);
    } catch (error) {
      port.postMessage({ id, fault: faultOf(error) } satisfies Answer);
    }
    if (call === "close") port.close();
  });
}
