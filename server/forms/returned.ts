/** A form that was sent and comes back with its page: what was typed, and what is wrong with it. */
import type { IncomingMessage } from "node:http";
import type { LiveError } from "../../src/state/live.ts";

export interface ReturnedForm {
  /** The wire name of the instance that it was sent to. */
  readonly instance: string;
  /** Which of that instance's forms it is, in the order of the page. */
  readonly form: number;
  readonly error: LiveError;
  /** What was typed, in the order of the form. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

const returned = new WeakMap<IncomingMessage, ReturnedForm>();

/** The request for the page answers the form. */
export const returnWith = (request: IncomingMessage, form: ReturnedForm): void =>
  void returned.set(request, form);

export const returnedWith = (request: IncomingMessage): ReturnedForm | undefined => returned.get(request);
