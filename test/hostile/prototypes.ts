/** What every object inherits: a message that changes it has changed the whole process. */
const kinds = {
  Object,
  Function,
  Array,
  String,
  Number,
  Boolean,
  Symbol,
  BigInt,
  Date,
  RegExp,
  Promise,
  Error,
  Map,
  Set,
  WeakMap,
  WeakSet,
  ArrayBuffer,
  Uint8Array,
  URL,
};

const keysOf = (object: object) => Reflect.ownKeys(object).map(String).sort().join();

/** The own keys of each constructor and its prototype; of the object's prototype also what stands there. */
export function prototypes(): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, kind] of Object.entries(kinds)) {
    all[name] = keysOf(kind);
    all[`${name}.prototype`] = keysOf(kind.prototype);
  }
  const values = Object.entries(Object.getOwnPropertyDescriptors(Object.prototype));
  all["Object.prototype's values"] = values
    .map(([key, { value, get }]) => `${key}: ${String(value ?? get)}`)
    .sort()
    .join();
  all.globalThis = keysOf(globalThis);
  return all;
}
