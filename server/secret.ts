/** The secret, and what is signed with it. */
import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../src/errors.ts";

/** Shorter secrets can be guessed. */
const MIN_LETTERS = 16;

/** What a signature is for: one made for another purpose is not valid here. */
export type Purpose = "session" | "user" | "client" | "csrf";

export interface SecretOptions {
  /** The first signs; all verify, so that a secret can be rotated. */
  readonly secret: string | readonly string[] | undefined;
  readonly production: boolean;
  /** Where a development secret is kept: the project's folder. */
  readonly folder: string;
}

/**
 * The secrets of an app. In production a missing one is E_OPTION; in development it is made once and kept in
 * `.violet/secret`, which git ignores, so that open pages survive a restart.
 */
export function readSecrets({ secret, production, folder }: SecretOptions): readonly string[] {
  const secrets: readonly string[] = typeof secret === "string" ? [secret] : (secret ?? []);
  if (secrets.some((each) => typeof each !== "string" || each.length < MIN_LETTERS))
    fail("E_OPTION", { name: "secret", expected: `texts of at least ${MIN_LETTERS} letters` });
  if (secrets.length > 0) return secrets;
  if (secret === undefined && !production) return [developmentSecret(folder)];
  return fail("E_OPTION", {
    name: "secret",
    expected: secret ? "a list that is not empty" : "a secret, because NODE_ENV is production",
    hint: "Give violet({ secret: process.env.VIOLET_SECRET }).",
  });
}

function developmentSecret(folder: string): string {
  const own = join(folder, ".violet");
  const file = join(own, "secret");
  mkdirSync(own, { recursive: true, mode: 0o700 });
  writeMissing(file, randomBytes(32).toString("base64url"), 0o600);
  try {
    // Whoever commits the project does not commit what it signs with.
    writeMissing(join(own, ".gitignore"), "*\n");
  } catch {
    // A folder that is read-only has been set up by somebody who knows.
  }
  const secret = readFileSync(file, "utf8").trim();
  if (secret.length >= MIN_LETTERS) return secret;
  return fail("E_OPTION", {
    name: "secret",
    expected: "a whole secret in .violet/secret",
    hint: "Delete that file.",
  });
}

/** Exclusively: of two processes that start at once, one makes the file and both read it. */
function writeMissing(file: string, text: string, mode?: number): void {
  try {
    writeFileSync(file, text, { flag: "wx", mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Signs and verifies with HMAC-SHA256, one key per secret and purpose. */
export class Signer {
  readonly #secrets: readonly string[];
  readonly #keys = new Map<string, KeyObject>();

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  /** The signature of these parts, as text for cookies and URLs. */
  sign(purpose: Purpose, ...parts: readonly string[]): string {
    return this.#mac(this.#secrets[0] as string, purpose, parts);
  }

  /** Is this the signature of these parts, by any of the secrets? Takes the same time wherever it differs. */
  verify(signature: string, purpose: Purpose, ...parts: readonly string[]): boolean {
    // As text: what decodes to the same bytes is any text with the letters in it, of any length, and might be remembered.
    const given = Buffer.from(signature);
    let valid = false;
    for (const secret of this.#secrets) {
      const mac = Buffer.from(this.#mac(secret, purpose, parts));
      if (given.length === mac.length && timingSafeEqual(given, mac)) valid = true;
    }
    return valid;
  }

  #mac(secret: string, purpose: Purpose, parts: readonly string[]): string {
    return createHmac("sha256", this.#key(secret, purpose)).update(JSON.stringify(parts)).digest("base64url");
  }

  /** As a KeyObject: Node takes four times as long to sign with the bytes themselves. */
  #key(secret: string, purpose: Purpose): KeyObject {
    const name = `${purpose} ${secret}`;
    const known = this.#keys.get(name);
    if (known) return known;
    const key = createSecretKey(createHmac("sha256", secret).update(`violet ${purpose}`).digest());
    this.#keys.set(name, key);
    return key;
  }
}

/** 128 random bits, as 22 letters. */
export const randomId = (): string => randomBytes(16).toString("base64url");

/** Is this an id as `randomId` makes them? */
export const isId = (text: unknown): boolean => typeof text === "string" && /^[\w-]{22}$/.test(text);
