import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const artifacts = fileURLToPath(new URL("../../dist/browser/", import.meta.url));

/** The violations that axe finds, best practices included. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run({ resultTypes: ["violations"] })`,
  );
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`,
  );
}

/** Violations of the page's own content security policy. */
async function policyViolationsOf(page: Page): Promise<string[]> {
  const messages = (await page.consoleMessages()).map((message) => message.text());
  return messages.filter((text) => text.includes("Content Security Policy"));
}

/** Checks accessibility, content security policy and width, and saves a screenshot as `dist/browser/<name>.png`. */
export async function checkPage(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  await page.screenshot({ path: path.join(artifacts, `${name}.png`), fullPage: true });
  expect(await policyViolationsOf(page)).toEqual([]);
  expect(await faultsOf(page)).toEqual([]);
  const overflow = await page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  expect(overflow).toBe(0);
}
