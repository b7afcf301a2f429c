/** A form that was sent and comes back with its page: what was typed, and what is wrong with it. */
import type { IncomingMessage } from "node:http";
import type { LiveError } from "../../src/state/live.ts";
import type { SentForm } from "./sent.ts";

export interface ReturnedForm extends SentForm {
  readonly error: LiveError;
}

const returned = new WeakMap<IncomingMessage, ReturnedForm>();

/** The request for the page answers the form. */
export const returnWith = (request: IncomingMessage, form: ReturnedForm): void =>
  void returned.set(request, form);

export const returnedWith = (request: IncomingMessage): ReturnedForm | undefined => returned.get(request);
