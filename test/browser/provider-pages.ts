import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { SimulatedUser } from "../../local/simulators/oauth/users.ts";

export interface ConsentPageChoices {
  readonly customer?: string;
  /** Scopes to uncheck. */
  readonly without?: readonly RegExp[];
  readonly decision?: "Allow" | "Deny";
}

/** Fills in the provider's login page. */
async function logIn(page: Page, { login, password }: SimulatedUser): Promise<void> {
  await page.getByLabel("Telephone number or e-mail address").fill(login);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** Fills in the provider's pages from the login to the consent, without the decision. */
export async function fillInConsent(
  page: Page,
  person: SimulatedUser,
  choices: ConsentPageChoices = {},
): Promise<void> {
  await logIn(page, person);
  if (new URL(page.url()).pathname.startsWith("/customer/")) {
    const [first = ""] = person.customers;
    await page.getByLabel(choices.customer ?? first).check();
    await page.getByRole("button", { name: "Next" }).click();
  }
  for (const words of choices.without ?? []) await page.getByLabel(words).uncheck();
}

/** Fills in the provider's pages and submits the decision. */
export async function decideOnConsent(
  page: Page,
  person: SimulatedUser,
  choices: ConsentPageChoices = {},
): Promise<void> {
  await fillInConsent(page, person, choices);
  await page.getByRole("button", { name: choices.decision ?? "Allow" }).click();
}

/** Continues from the link's page to the provider. */
export async function continueToProvider(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Continue to / }).click();
}

/** Waits for a page with this title. */
export async function expectTitle(page: Page, title: string): Promise<void> {
  const heading = page.getByRole("heading", { level: 1 });
  await expect.poll(() => heading.textContent(), { timeout: 60_000 }).toBe(title);
}
