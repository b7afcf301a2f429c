import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { launch } from "./browser.ts";

/** One browser, in which each person has cookies and storage of their own. What goes wrong in any page is kept. */
export class People implements AsyncDisposable {
  /** Uncaught errors, errors and warnings of the console, reports of the content security policy. */
  problems: string[] = [];
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(browser?: Parameters<typeof launch>[0]): Promise<People> {
    return new People(await launch(browser));
  }

  async person(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.#browser.newContext(options);
    this.#contexts.push(context);
    context.setDefaultTimeout(20_000);
    context.on("weberror", (error) => this.problems.push(String(error.error())));
    context.on("console", (message) => {
      const isProblem = ["error", "warning"].includes(message.type());
      if (isProblem && !message.text().startsWith("Lit is in dev mode")) this.problems.push(message.text());
    });
    return context;
  }

  /** A page of a new person, at this address. */
  async visit(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await (await this.person(options)).newPage();
    await page.goto(url);
    return page;
  }

  /** All go home. Gives what went wrong; browsers report each try that finds no server, or is given up. */
  async leave(): Promise<string[]> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    const problems = this.problems.filter(
      (problem) =>
        !/ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE)|closed before the connection/.test(problem),
    );
    this.problems = [];
    return problems;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** The link stands, and nothing waits for the server. */
export const isLive = (page: Page): Promise<void> =>
  page.locator("violet-status").getByText("live", { exact: true }).waitFor();

declare global {
  var heardClicks: number;
}

/** Presses it, and gives whether the page has heard of that by then: the early script keeps nothing that is bound. */
export async function isHeard(button: Locator): Promise<boolean> {
  await button.evaluate(() => {
    globalThis.heardClicks = 0;
    document.addEventListener("click", () => heardClicks++);
  });
  await button.click();
  return (await button.evaluate(() => heardClicks)) === 1;
}

/** The text of an element with the role `status` and this name. */
export const status = (page: Page, name: string) => page.getByRole("status", { name });
