import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Person } from "../../local/simulators/oauth/people.ts";

export interface Wishes {
  readonly customer?: string;
  /** Scopes to take the tick away from. */
  readonly without?: readonly RegExp[];
  readonly decision?: "Allow" | "Deny";
}

/** Fills in the provider's login page. */
async function logIn(page: Page, { login, password }: Person): Promise<void> {
  await page.getByLabel("Telephone number or e-mail address").fill(login);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** From the provider's login page to its last one, everything filled in but the decision. */
export async function deliberate(page: Page, person: Person, wishes: Wishes = {}): Promise<void> {
  await logIn(page, person);
  if (new URL(page.url()).pathname.startsWith("/customer/")) {
    const [first = ""] = person.customers;
    await page.getByLabel(wishes.customer ?? first).check();
    await page.getByRole("button", { name: "Next" }).click();
  }
  for (const words of wishes.without ?? []) await page.getByLabel(words).uncheck();
}

/** From the provider's login page to its last button, and over it. */
export async function decide(page: Page, person: Person, wishes: Wishes = {}): Promise<void> {
  await deliberate(page, person, wishes);
  await page.getByRole("button", { name: wishes.decision ?? "Allow" }).click();
}

/** From the link's page to the provider. */
export async function goOn(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Continue to / }).click();
}

/** Waits for a page that has this title; fails with the title of the page that came instead. */
export async function reads(page: Page, title: string): Promise<void> {
  const heading = page.getByRole("heading", { level: 1 });
  await expect.poll(() => heading.textContent(), { timeout: 60_000 }).toBe(title);
}
