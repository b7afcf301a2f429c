/** The thread of one file: one question after another. */
import { parentPort, workerData } from "node:worker_threads";
import { VioletError } from "../../../src/errors.ts";
import type { Answer, FileOptions, Question } from "./calls.ts";
import { States } from "./states.ts";

const port = parentPort as NonNullable<typeof parentPort>;
const options = workerData as FileOptions;

/** Nothing was written, and nothing is wrong with the file: BUSY, FULL. */
const PASSING = new Set([5, 13]);
const CANNOT_OPEN = 14;

let states: States | undefined;
/** It is one that we can have: what is wrong with it since then may be right again. */
let wasOpen = false;

function answer({ call, argument }: Question): unknown {
  if (call === "close") return close();
  states ??= new States(options);
  wasOpen = true;
  return states[call](argument);
}

function close() {
  const closing = states;
  states = undefined;
  closing?.close();
}

/** After an error of the disk the file is opened anew by the next question. */
function failed(error: unknown): Answer["error"] {
  const { message, errcode = 0 } = error as Error & { readonly errcode?: number };
  if (error instanceof VioletError)
    return { code: error.code === "E_OPTION" && !wasOpen ? error.code : "E_UNAVAILABLE", message };
  if (!PASSING.has(errcode & 0xff)) close();
  const cure = (errcode & 0xff) === CANNOT_OPEN ? " (its folder has to be there, and writable)" : "";
  return { code: "E_UNAVAILABLE", message: `${options.path}: ${message}${cure}` };
}

port.on("message", (question: Question) => {
  const { id } = question;
  try {
    port.postMessage({ id, answer: answer(question) } satisfies Answer);
  } catch (error) {
    port.postMessage({ id, error: failed(error) } satisfies Answer);
  }
  if (question.call === "close") port.close();
});
