/** What functions are called on the wire. It imports nothing: the plugin uses it in other people's builds. */

/** `chat.search`; the export of the file's own name is `chat`. */
export const callName = (file: string, exported: string): string =>
  exported === file ? file : `${file}.${exported}`;

/** What may stand in an address as it is. */
export const isCallName = (name: string): boolean => /^[A-Za-z][\w.]{0,63}$/.test(name);
