/** A thread of the model search: says that it is ready, and runs the parts that it is given. A schedule that fails ends it. */
import { parentPort } from "node:worker_threads";
import { newCounters } from "./counters.ts";
import { search } from "./search.ts";

async function take({ from, count }: { readonly from: number; readonly count: number }) {
  const counters = newCounters();
  await search(from, count, counters);
  parentPort?.postMessage(counters);
}

parentPort?.on("message", (part) => void take(part));
parentPort?.postMessage("ready");
