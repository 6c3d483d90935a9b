import { existsSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page, Request } from "playwright-core";
import { chromium } from "playwright-core";
import { describe, onTestFinished } from "vitest";
import { unless } from "../support/unless.ts";

/** Debian's package `chromium-headless-shell`, which renders a page in half the time of a full Chromium; or the latter. */
const executablePath = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);

/** A suite that needs a browser. Without one, its tests are reported as skipped, and why. */
export function describeInBrowser(title: string, suite: () => void): void {
  const isHere = executablePath !== undefined;
  describe.skipIf(!isHere)(`${title}${unless(isHere, "Debian's chromium")}`, suite);
}

let running: Promise<Browser> | undefined;

/** One browser for all test files of a worker. Each visitor has its own cookies and its own cache. */
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

/** A visitor with a separate browser profile, until the test ends. */
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

/** Pages of earlier visitors, for reuse: opening a window takes as long as loading three pages. */
const idle: Page[] = [];

async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await (await browser()).newContext({ locale: "en-NZ", ...options });
  context.setDefaultTimeout(60_000);
  return context.newPage();
}

/** Removes everything of a visitor: cookies, cached responses, other tabs, messages. */
async function forget(page: Page): Promise<void> {
  const context = page.context();
  page.removeAllListeners();
  await Promise.all(context.pages().map((tab) => tab !== page && tab.close()));
  try {
    await page.goto("about:blank");
  } catch {
    // The page may still be navigating to an address that does not exist.
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
