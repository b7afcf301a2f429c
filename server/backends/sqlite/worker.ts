/** The thread of one file: one question after another. */
import { workerData } from "node:worker_threads";
import { VioletError } from "../../../src/errors.ts";
import { answering } from "../../threads/answering.ts";
import type { Calls, FileFault, FileOptions } from "./calls.ts";
import { States } from "./states.ts";

const options = workerData as FileOptions;

/** Nothing was written, and nothing is wrong with the file: BUSY, FULL. */
const PASSING = new Set([5, 13]);
const CANNOT_OPEN = 14;

let states: States | undefined;
/** It is one that we can have: what is wrong with it since then may be right again. */
let wasOpen = false;

function answer(call: keyof Calls, argument: never): unknown {
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
function faultOf(error: unknown): FileFault {
  const { message, errcode = 0 } = error as Error & { readonly errcode?: number };
  if (error instanceof VioletError)
    return { code: error.code === "E_OPTION" && !wasOpen ? error.code : "E_UNAVAILABLE", message };
  if (!PASSING.has(errcode & 0xff)) close();
  const cure = (errcode & 0xff) === CANNOT_OPEN ? " (its folder has to be there, and writable)" : "";
  return { code: "E_UNAVAILABLE", message: `${options.path}: ${message}${cure}` };
}

answering<Calls>({ answer, faultOf });
