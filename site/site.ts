// npm run site: builds docs/ as a site that one can read in a browser, and serves it on this machine.
import { spawn, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { collectPages } from "./collect-pages.ts";

const folder = import.meta.dirname;
const usage = `Usage: npm run site -- [options]

  --build        builds into dist/site, for any server of files, and serves nothing
  --port <port>  where to serve it on this machine (default 4173)`;

const { values } = parseArgs({
  options: {
    build: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    port: { type: "string", default: "4173" },
  },
});
if (values.help) console.log(usage);
else if (!buildSite()) process.exitCode = 1;
else if (!values.build) serveSite();

function buildSite(): boolean {
  if (!installTools()) return false;
  collectPages(path.join(folder, ".."), path.join(folder, "pages"));
  return spawnSync(toolOf("vitepress"), ["build"], { cwd: folder, stdio: "inherit" }).status === 0;
}

/** Serves until Ctrl-C, to this machine only, at the next port that is free. */
function serveSite(): void {
  const address = ["--host", "127.0.0.1", "--port", values.port];
  const args = ["preview", "--outDir", "../dist/site", ...address];
  const server = spawn(toolOf("vite"), args, { cwd: folder, stdio: "inherit" });
  server.once("exit", (status) => {
    process.exitCode = status ?? 0;
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => server.kill());
  console.log("  The site is in dist/site. Read it at this address, until Ctrl-C:");
}

/** Installs what builds the site, unless it is there: it is not part of the product's own install. */
function installTools(): boolean {
  const installed = changedAt(path.join(folder, "node_modules", ".package-lock.json"));
  if (installed > changedAt(path.join(folder, "package-lock.json"))) return true;
  console.log("  Installing what builds the site into site/node_modules: npm ci --prefix site");
  const install = ["ci", "--prefix", folder, "--ignore-scripts"];
  return spawnSync("npm", install, { stdio: "inherit" }).status === 0;
}

function toolOf(name: string): string {
  return path.join(folder, "node_modules", ".bin", name);
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
