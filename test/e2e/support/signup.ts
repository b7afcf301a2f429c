/** The fields of /signup, as people fill them in. */
import type { Page } from "playwright-core";

export const password = "correct horse battery";

export const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });

/** All fields, by mouse and keyboard; gives what is to be shown of them. */
export async function fillIn(page: Page, email: string): Promise<Record<string, string>> {
  await field(page, "Name").fill("Ada Lovelace");
  await field(page, "E-mail").fill(email);
  await field(page, "Password").fill(password);
  await field(page, "Age").fill("36");
  await field(page, "First day").fill("2027-03-01");
  await field(page, "Country").selectOption("Portugal");
  await field(page, "Languages").selectOption(["C", "Rust"]);
  await field(page, "About you").fill("I write\nprogrammes.");
  await page.getByRole("radio", { name: "Team" }).check();
  await field(page, "Seats, 1 to 20").fill("7");
  await field(page, "Colour").fill("#aa3300");
  await page.getByRole("checkbox", { name: "Send me news, now and then" }).check();
  await page.getByRole("checkbox", { name: "I accept the terms" }).check();
  return {
    "E-mail": email,
    Age: "36",
    "First day": "2027-03-01",
    Country: "Portugal",
    Languages: "C, Rust",
    Plan: "Team",
    Seats: "7",
    About: "I write\nprogrammes.",
    News: "yes",
  };
}

/** What the page says was made, by the names of the facts. */
export const facts = async (page: Page): Promise<Record<string, string>> =>
  Object.fromEntries(
    await page
      .locator("signup-form dl div")
      .evaluateAll((rows) =>
        rows.map((row) => [row.querySelector("dt")?.textContent, row.querySelector("dd")?.textContent]),
      ),
  );
