import { existsSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { ActionError } from "../../cli/console/action-error.ts";
import { startConsoleServer } from "../../cli/console/console-server.ts";
import { picturedAt, picturedSnapshot } from "./pictured-system.ts";

/** The clock may only be stopped in its future, and runs until then. */
const pausedAfterMs = 60_000;
const viewport = { width: 1200, height: 742 };
const executablePath = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);

/** Takes the README's pictures of the console, light and dark: the real page, of a system that is made up. */
async function takePictures(): Promise<void> {
  const backend = {
    snapshot: async () => picturedSnapshot,
    act: () => Promise.reject(new ActionError("This is a picture.")),
  };
  const server = await startConsoleServer(backend, 0);
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: ["--no-sandbox", "--disable-gpu"],
  });
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
    // Time stands still, so that a picture is the same each time it is taken.
    await page.clock.install({ time: picturedAt });
    await page.clock.pauseAt(Number(picturedAt) + pausedAfterMs);
    await page.goto(server.link);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.screenshot({ path: path.join(import.meta.dirname, `${colorScheme}.png`) });
    await page.close();
  }
  await browser.close();
  await server.stop();
}

await takePictures();
