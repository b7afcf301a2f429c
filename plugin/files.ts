/** Where a module runs and what its exports are called on the wire: its file's name says it. */
import { basename } from "node:path";
import { callName, isCallName } from "../src/calls/names.ts";

export interface SidedFile {
  /** Without the query that a bundler adds. */
  readonly path: string;
  /** `chat.server.ts` */
  readonly base: string;
  /** `chat`, which begins its wire names. */
  readonly file: string;
  readonly side: "server" | "client";
}

const SIDED = /^(.+)\.(server|client)\.[cm]?[jt]sx?$/;

/** Undefined for a module that is neither a `*.server` nor a `*.client` file. */
export function sidedFile(id: string): SidedFile | undefined {
  const path = id.replace(/^\0/, "").replace(/[?#].*$/s, "");
  const [base, file, side] = SIDED.exec(basename(path)) ?? [];
  return base === undefined ? undefined : { path, base, file: file as string, side: side as "server" };
}

/** Whether the server's registry takes the name; `export { a as "b c" }` is none to begin with. */
export const hasWireName = (file: string, exported: string): boolean =>
  /^[A-Za-z_]\w*$/.test(exported) && isCallName(callName(file, exported));
