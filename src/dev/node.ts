/** On the server errors always say all they know; the warnings follow NODE_ENV. */
export { CHECKED, explain } from "./on.ts";

const { process } = globalThis as { process?: { env: Record<string, string | undefined> } };

export const DEV: boolean = process?.env.NODE_ENV !== "production";
