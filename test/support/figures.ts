/** What a run measured, and what is asked of it: one table for all runs. */
interface Row {
  readonly run: string;
  readonly figure: string;
  readonly measured: string;
  readonly asked: string;
  readonly holds: boolean;
}

const text = (value: number | string, unit: string) =>
  (typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 2 }) : value) +
  (unit && ` ${unit}`);

export class Figures {
  readonly #rows: Row[] = [];
  #run = "";

  start(run: string): void {
    this.#run = run;
  }

  atMost(figure: string, value: number, limit: number, unit = ""): void {
    this.#add(figure, text(value, unit), `at most ${text(limit, unit)}`, value <= limit);
  }

  /** So that a run in which nothing happened does not pass. */
  atLeast(figure: string, value: number, limit: number, unit = ""): void {
    this.#add(figure, text(value, unit), `at least ${text(limit, unit)}`, value >= limit);
  }

  equal(figure: string, value: number | string, wanted: number | string): void {
    this.#add(figure, text(value, ""), text(wanted, ""), value === wanted);
  }

  /** A figure of which nothing is asked. */
  note(figure: string, value: number | string, unit = ""): void {
    this.#add(figure, text(value, unit), "", true);
  }

  failed(error: unknown): void {
    console.error(error);
    this.#add("the run", String((error as Error).message).split("\n", 1)[0] as string, "ends", false);
  }

  get hold(): boolean {
    return this.#rows.every(({ holds }) => holds);
  }

  /** The table, as a document has it. */
  print(): void {
    console.log("\n| run | figure | measured | asked | |\n|---|---|---|---|---|");
    for (const { run, figure, measured, asked, holds } of this.#rows)
      console.log(`| ${run} | ${figure} | ${measured} | ${asked} | ${holds ? "" : "FAILED"} |`);
  }

  #add(figure: string, measured: string, asked: string, holds: boolean) {
    const row = { run: this.#run, figure, measured, asked, holds };
    this.#rows.push(row);
    console.log(`  ${figure}: ${measured}${asked && ` (${asked})`}${holds ? "" : " FAILED"}`);
  }
}
