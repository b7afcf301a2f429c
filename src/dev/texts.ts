/** What an error's message may speak of. Never the received value itself: its type at most. */
export interface Details {
  readonly store?: string;
  readonly path?: readonly (string | number)[] | string;
  readonly name?: string;
  readonly expected?: string;
  readonly got?: string;
  readonly hint?: string;
}

const at = ({ store, path }: Details) =>
  `"${[store, ...(typeof path === "string" ? [path] : (path ?? []))].filter((part) => part !== undefined).join(".")}"`;
const but = ({ expected, got }: Details) =>
  (expected ? `; expected ${expected}` : "") + (got ? `, got ${got}` : "");

const modifiers = "prevent, stop, self, once, capture, passive, camel, debounce[.ms], throttle[.ms]";
const keys =
  "enter, esc, space, tab, up, down, left, right, delete, backspace, home, end, pageup, pagedown, f1 to f12, single characters, ctrl, alt, shift, meta";
const sinkCure = ({ store = "" }: Details) =>
  /^(data-)?on/i.test(store)
    ? "Bind the event: @click=${handler}"
    : /^data-/.test(store)
      ? 'Bind another attribute, a class, or an event: data-on-click="name"'
      : /^text on <style>/.test(store)
        ? "Set a custom property: style=${styleMap({ '--name': value })}"
        : "Render raw HTML as a child: ${trusted(html)}";

/**
 * Every error of Violet: its code and its text: what failed, what was expected and got, what to do.
 * Production bundles for browsers carry the codes alone.
 */
export const texts = {
  E_ACTION_SCOPE: (d) =>
    `${at(d)} is used inside an action of another store. An action reads and writes its own store alone.`,
  E_ARGUMENTS: (d) =>
    `${d.store}: "${d.name}" declares arguments that it does not get. Bind them: on(${d.name}, ...).`,
  E_BAD_KEY: (d) =>
    d.name
      ? `A key of "${d.name}" is too long: the two together have at most 191 letters.`
      : `A key${d.path ? `, ${at(d)},` : ""} is not allowed in state and in calls: it names a part of JavaScript's own objects, or has more than 128 letters.`,
  E_BAD_MESSAGE: (d) =>
    d.store === undefined
      ? `A message does not fit the protocol${d.path ? ` at ${at(d)}` : ""}${but(d)}.`
      : `${at(d)} cannot be sent: a name has 1 to 192 letters, a call up to 32 arguments.`,
  E_BAD_PATH: (d) =>
    `${at(d)} ${d.expected ? `cannot be added to${but(d)}` : "does not name a place in the state"}.`,
  E_BINDING: (d) =>
    d.hint
      ? `${d.store}: ${d.hint}.`
      : `${d.store} has text around its handler. An event takes the handler alone: ${"@event=${handler}"}.`,
  E_CALL: (d) =>
    `${d.store}: "${d.name}" is not a call. Write save, save() or save(name, 'text', 10, true, null).`,
  E_CALL_ID: (d) => `"${d.name}" was called with an id that another call has. Give each call its own.`,
  E_CLIENT_EXPIRED: () =>
    "The server no longer remembers this page's writes. What was not yet acknowledged is undecided.",
  E_CLOSED: (d) => `${d.name}: this app is closed. Make a new one: violet().`,
  E_CONFLICT: (d) =>
    `${at(d)} was changed by somebody else at the same moment. Look at it, and change it again.`,
  E_CONTENT_TYPE: () => "A call of a function is sent as application/json, a form as browsers send forms.",
  E_CSRF: () => "The page's token is not valid for this session. Reload the page.",
  E_DUPLICATE_KEY: (d) =>
    `The key "${d.name}" is given twice. In one list, and among the mounted elements of one component, a key tells which is which.`,
  E_DUPLICATE_NAME: (d) =>
    `"${d.name}" is defined twice. A definition's name is its name on the wire: give each its own.`,
  E_DUPLICATE_PACKAGE: () =>
    "A second copy of violet-live is in this page. Bundle it once (dedupe it in the bundler's options).",
  E_FORBIDDEN: (d) => `${at(d)}: not allowed, or unknown.${d.hint ? ` ${d.hint}` : ""}`,
  E_ENDED: (d) =>
    `"${d.name}" has ended: its link was lost more often than it comes back (maxReconnects). Reload the page.`,
  E_GONE: (d) =>
    `${at(d)} is gone: the element that this handle followed was removed. Read it again from the list.`,
  E_EVENT: (d) => `"${d.name}" is an event of Violet's own: only Violet tells it.`,
  E_INTERNAL: () => "Something failed on the server.",
  E_LATE: (d) =>
    `"${d.name}" took longer than limits.handlerMs and was refused: what it writes now is not taken. Let its signal end it.`,
  E_LIMIT: (d) => `The limit of ${d.name ?? "this kind"} is reached${but(d)}.`,
  E_METHOD: (d) => `"${d.name}" is called by POST alone.`,
  E_MIGRATION: (d) => `The migration "${d.name}" failed. The database is as it was before it.`,
  E_MODIFIER: (d) =>
    `${d.store}: "${d.name}" is not a modifier. Known are ${modifiers}; on key events also ${keys}.`,
  E_NAME: (d) => `${d.store}: "${d.name}" is not known there; expected ${d.expected}.`,
  E_NO_BROWSER: (d) => `"${d.name}" works in a browser only.`,
  E_NO_SERVER: (d) => `"${d.name}" works on the server only.`,
  E_NO_SCOPE: (d) =>
    d.hint
      ? `${at(d)} is not there: ${d.hint}.`
      : `${at(d)} is used outside any scope. On the server, use app.run(() => ...).`,
  E_NETWORK: (d) =>
    `"${d.name}" did not reach the server, or its answer was lost. With an id it can be called again, and still runs once.`,
  E_NOT_FOUND: (d) => `${at(d)} has no such row, or has it no more.`,
  E_NOT_JSON: (d) => `${at(d)} cannot be kept in state${but({ expected: "plain JSON", ...d })}.`,
  E_NOT_LOADED: (d) =>
    `${at(d)} is not loaded. Wait for it: await load(store) on the server, await loaded(store) in the browser.`,
  E_OPTION: (d) => `The option "${d.name}" is not valid${but(d)}.${d.hint ? ` ${d.hint}` : ""}`,
  E_ORIGIN: () => "This origin may not connect. Add it to violet({ origins }).",
  E_PENDING_FULL: (d) => `${at(d)} has too many writes that wait for the server. Wait for settled(store).`,
  E_PROTOCOL: () => "This page speaks another version of the protocol. Reload it.",
  E_RATE: () => "Too many messages in too short a time. Writes are kept and sent again.",
  E_READ_ONLY: (d) =>
    d.expected
      ? `What was given is no store${but(d)}.${d.hint ? ` ${d.hint}.` : ""}`
      : `${at(d)} is read-only here${d.hint ? `: ${d.hint}` : ""}.`,
  E_RECURSION: (d) =>
    `<${d.name}> stands inside ${d.got} other elements. If it renders itself, something has to end that.`,
  E_RESTART: () => "The server restarts. The page comes back by itself.",
  E_RESYNC: (d) => `What this page knows of ${at(d)} is too old to go on from. It asks for it again.`,
  E_SECURITY: (d) => `${d.name} would let any website act in a visitor's name.${d.hint ? ` ${d.hint}` : ""}`,
  E_SEQ: (d) => `A write came out of order${but(d)}.`,
  E_SERVER_ONLY: (d) =>
    `${at(d)} is written by the server alone. Use an action, or server.store(store) on the server.`,
  E_SINK: (d) => `${d.store} is never bound: it would run text as code. ${sinkCure(d)}.`,
  E_STATE_INVALID: (d) =>
    `The stored value of ${at(d)} does not fit its struct${but(d)}. It is left as it is: add version and migrate.`,
  E_STORAGE: (d) =>
    `The browser's storage does not keep ${at(d)}: it is full, or not allowed here. The store goes on without.`,
  E_STORE_FULL: (d) => `${at(d)} would grow past its limit of bytes.`,
  E_TIMEOUT: (d) => `${d.name} did not come true in time.${d.hint ?? ""}`,
  E_TOO_BIG: (d) => `A message${d.store ? ` of ${at(d)}` : ""} is too big${but(d)}.`,
  E_TOO_DEEP: (d) => `A value is nested too deeply${but(d)}.`,
  E_UPLOAD: (d) =>
    `${at(d)} brings a file. Forms of live components, functions and actions take none: uploads are not built.`,
  E_UNAVAILABLE: () =>
    "The server's storage, or a rule of the app, does not answer. Writes are kept and sent again.",
  E_UNDECIDED: () =>
    "The server lost this component before it answered. Whether the call was made is not known: it is not repeated.",
  E_UNKNOWN_ACTION: (d) => `${at(d)} is not an action of this store.`,
  E_UNKNOWN_CALLABLE: (d) =>
    d.hint
      ? `${d.store}: ${d.hint}.`
      : `"${d.name}" is not a function or a live component that may be used from here. Give its module to violet({ modules }), or to start({ modules }) in the browser.`,
  E_UNMARKED: (d) =>
    `${d.store}: ${d.name ? `"${d.name}"` : `this ${d.got}`} is not marked as a callback. Wrap it: callback(${d.name || "..."}).`,
  E_VALIDATION: (d) => `${at(d)} is refused${but(d)}.`,
} satisfies Record<string, (details: Details) => string>;
