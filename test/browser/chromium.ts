import { existsSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, describe, onTestFinished } from "vitest";

/** The path of Debian's package `chromium`. */
const executablePath = "/usr/bin/chromium";
const isInstalled = existsSync(executablePath);

/** A suite that needs a browser. Without one, its tests are reported as skipped. */
export const describeInBrowser = isInstalled
  ? describe
  : (describe.skip as unknown as typeof describe);

let running: Promise<Browser> | undefined;

afterAll(async () => {
  await (await running)?.close();
  running = undefined;
});

/** One browser a test file; each visitor has its own cookies and its own cache. */
function browser(): Promise<Browser> {
  running ??= chromium.launch({
    executablePath,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"],
      ...["--disable-background-networking", "--disable-component-update"],
    ],
  });
  return running;
}

export interface Visitor {
  readonly page: Page;
  /** Every navigation request, redirects included, in order: "POST https://…". */
  readonly visited: readonly string[];
  newTab(): Promise<Page>;
}

/** Opens a browser context of its own, until the test ends. */
export async function openVisitor(options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await (await browser()).newContext({ locale: "en-NZ", ...options });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(20_000);
  const visited: string[] = [];
  context.on("request", (request) => {
    if (request.isNavigationRequest()) visited.push(`${request.method()} ${request.url()}`);
  });
  return { page: await context.newPage(), visited, newTab: () => context.newPage() };
}

export const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
export const dark = { colorScheme: "dark" } as const;
