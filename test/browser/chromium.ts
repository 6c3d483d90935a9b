import { existsSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page, Request } from "playwright-core";
import { chromium } from "playwright-core";
import { describe, onTestFinished } from "vitest";

/** Debian's package `chromium-headless-shell`, which draws a page for half of what a whole Chromium takes; or that one. */
const executablePath = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);

/** A suite that needs a browser. Without one, its tests are reported as skipped. */
export const describeInBrowser = executablePath
  ? describe
  : (describe.skip as unknown as typeof describe);

let running: Promise<Browser> | undefined;

/** One for all test files; it ends with its worker. Each visitor has its own cookies and its own cache. */
function browser(): Promise<Browser> {
  running ??= chromium.launch({
    ...(executablePath && { executablePath }),
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

/** Somebody with a browser of their own, until the test is over. */
export async function openVisitor(options?: BrowserContextOptions): Promise<Visitor> {
  const page = options ? await newPage(options) : (idle.pop() ?? (await newPage()));
  const context = page.context();
  const visited: string[] = [];
  const note = (request: Request) => {
    if (request.isNavigationRequest()) visited.push(`${request.method()} ${request.url()}`);
  };
  context.on("request", note);
  onTestFinished(async () => {
    context.off("request", note);
    if (options) await context.close();
    else await forget(page);
  });
  return { page, visited, newTab: () => context.newPage() };
}

/** Pages of visitors who have left: a new window costs as much as three pages. */
const idle: Page[] = [];

async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await (await browser()).newContext({ locale: "en-NZ", ...options });
  context.setDefaultTimeout(60_000);
  return context.newPage();
}

/** Leaves nothing of a visitor: no cookie, no cached answer, no other tab, no message. */
async function forget(page: Page): Promise<void> {
  const context = page.context();
  page.removeAllListeners();
  await Promise.all(context.pages().map((tab) => tab !== page && tab.close()));
  try {
    await page.goto("about:blank");
  } catch {
    // On its way to a page that does not exist, as some visitors are when they leave.
    return context.close();
  }
  await context.clearCookies();
  const session = await context.newCDPSession(page);
  await session.send("Network.clearBrowserCache");
  await session.detach();
  await page.clearConsoleMessages();
  idle.push(page);
}

export const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
export const dark = { colorScheme: "dark" } as const;
