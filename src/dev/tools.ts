/** What development builds add to a page: it shows errors, and says what would go wrong in silence. */
import { on } from "../calls/bus.ts";
import type { VioletError } from "../errors.ts";
import { hearServer, placeOf } from "./failures.ts";
import { latency } from "./latency.ts";
import type { Report } from "./overlay.ts";

/** What is shown of an error. */
function reportOf(error: unknown): Report {
  const { name, message, stack = "", cause } = error instanceof Error ? error : new Error(String(error));
  const { element, binding } = placeOf(error);
  const code = (error as Partial<VioletError> | undefined)?.code;
  const fromServer = cause instanceof Error && cause.name === "ServerError" ? cause : undefined;
  return {
    title: typeof code === "string" ? code : name,
    message: (fromServer ? `${fromServer.message}` : message).replace(`${code}: `, ""),
    place: [binding, element && `<${element}>`].filter(Boolean).join(" in "),
    stacks: [
      ...(fromServer ? [["On the server", fromServer.stack ?? ""] as const] : []),
      ["In the page", stack] as const,
    ],
  };
}

/** Shows what nobody caught, and what failed in the server's own code. `isOn` is asked when there is something. */
export function showErrors(isOn: () => boolean): void {
  const shown = new WeakSet<object>();
  const show = async (error: unknown) => {
    if (!isOn() || shown.has(Object(error))) return;
    shown.add(Object(error));
    const { showReport } = await import("./overlay.ts");
    showReport(reportOf(error));
  };
  // What is no error is a browser's own note, or of a script of another origin.
  addEventListener("error", ({ error }) => error && void show(error));
  addEventListener("unhandledrejection", ({ reason }) => void show(reason));
  hearServer((error) => {
    // Who is told of it says where it arose.
    queueMicrotask(() => {
      const { place, message, stacks } = reportOf(error);
      console.error(`violet: ${place ? `${place}: ` : ""}${message}\n${stacks[0]?.[1]}`);
      void show(error);
    });
  });
}

/** The name of what keeps the latency while its tab is open. */
const LATENCY_KEY = "violet:latency";

/** `violet.latency(ms)`. */
export function setLatency(ms: number): void {
  latency.roundTripMs = ms;
  sessionStorage.setItem(LATENCY_KEY, String(ms));
}

function keepLatency() {
  const ms = Number(sessionStorage.getItem(LATENCY_KEY));
  if (!ms) return;
  latency.roundTripMs = ms;
  console.info(`violet: each round trip takes ${ms} ms longer. violet.latency(0) ends it.`);
}

/** Says what nobody may have asked for, as soon as the page is there. */
export function warnOfMistakes(ready: Promise<unknown>): void {
  keepLatency();
  on("refused", ({ store, call, error }) => {
    if (!error.cause) console.warn(`violet: "${store ?? call}" is refused: ${error.message}`);
  });
  on("loss", ({ store, reason }) => {
    const what = store === undefined ? "what the server called and told meanwhile" : `a write to "${store}"`;
    console.warn(`violet: ${what} is lost (${reason}).`);
  });
  on("overflow", ({ store, call, event }) =>
    console.warn(`violet: "${store ?? call ?? event}" is not sent: too much waits for the server already.`),
  );
  void ready.then(() => {
    for (const name of undefinedIn(document))
      console.warn(
        `violet: <${name}> was rendered by the server, and no module of this page defines it: nothing in it works. ` +
          `Import it for its effect: import "./${name}.js". An import of a class that is used as a type alone is dropped.`,
      );
  });
}

/** The elements that came with a shadow root and have no class. */
function undefinedIn(root: Document | ShadowRoot): Set<string> {
  const names = new Set<string>();
  for (const element of root.querySelectorAll("*")) {
    if (!element.shadowRoot) continue;
    if (element.matches(":not(:defined)")) names.add(element.localName);
    for (const name of undefinedIn(element.shadowRoot)) names.add(name);
  }
  return names;
}
