import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import path from "node:path";
import { bypassProxies } from "../bypass-proxies.ts";
import { explainFault } from "../explain-fault.ts";
import { formatTable } from "../format-table.ts";
import { portsFrom, usualFirstPort } from "../ports.ts";
import { startProviders } from "../providers.ts";
import { WrongOption } from "../start-options.ts";
import type { DescribedProviders } from "./described-providers.ts";
import { describeProviders } from "./described-providers.ts";
import type { KitOptions } from "./kit-options.ts";
import { kitUsage, readKitOptions } from "./kit-options.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = readKitOptions(args);
  if (options.help) return print(kitUsage);
  bypassProxies();
  const { firstPort, lifetimeMs, redirectUri, command } = options;
  const providers = await startProviders({
    ports: firstPort === 0 ? {} : portsFrom(firstPort),
    ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
  });
  const callback = `http://localhost:${usualFirstPort + 1}/callback`;
  const described = await describeProviders(
    providers,
    (realm) => redirectUri ?? `${callback}/${realm}`,
  );
  const { file, remove } = describedIn(options);
  try {
    writeFileSync(file, `${JSON.stringify(described, null, 2)}\n`, { mode: 0o600 });
    if (command.length > 0) return await runCommand(command, file);
    print(`${addressesOf(described)}\n\nAddresses and credentials are in\n  ${file}`);
    print("Press Ctrl-C to stop.");
    await Promise.race(signals.map((signal) => once(process, signal)));
    return 0;
  } finally {
    remove();
    await providers.stop();
  }
}

function print(text: string): 0 {
  process.stdout.write(`${text.trimEnd()}\n`);
  return 0;
}

/** The file of the options, or one that goes with this process. */
function describedIn({ file }: KitOptions): { readonly file: string; remove(): void } {
  if (file !== undefined) return { file, remove: () => rmSync(file, { force: true }) };
  const folder = mkdtempSync(path.join(tmpdir(), "providers-"));
  return {
    file: path.join(folder, "providers.json"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs it to its end with this terminal, which sends Ctrl-C to both. */
async function runCommand([program = "", ...args]: readonly string[], file: string) {
  const env = { ...process.env, TOKEN_VENDING_PROVIDERS: file };
  const child = spawn(program, args, { env, stdio: "inherit" });
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  const ended = once(child, "close").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new WrongOption(`There is no program ${program}.`);
    throw error;
  });
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}

function addressesOf({ realms }: DescribedProviders): string {
  const rows = Object.entries(realms).map(([name, { controlUrl, user }]) => [
    name,
    controlUrl,
    user ? `${user.login}, ${user.password}` : "",
  ]);
  return formatTable(["provider", "address", "login, password"], rows);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { text, exitCode } = explainFault(error);
  console.error(text);
  process.exitCode = exitCode;
}
// Connections that somebody keeps open would keep the process alive.
process.stdout.write("", () => process.exit());
