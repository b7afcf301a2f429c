/** What Violet logs with: pino's calls. The first argument holds the facts, the second is the sentence. */
export interface Logger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

const say =
  (level: "info" | "warn" | "error") =>
  (facts: object, message: string): void => {
    const { err, ...others } = facts as { err?: unknown };
    const details = [err, Object.keys(others).length > 0 ? others : undefined].filter(
      (each) => each !== undefined,
    );
    console[level](`violet: ${message}`, ...details);
  };

export const consoleLogger: Logger = { info: say("info"), warn: say("warn"), error: say("error") };
