import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { realmName } from "../functions/model/connection.ts";
import { jsonLog } from "../functions/platform/json-log.ts";
import { readRealmSummaries, summarizeRealm } from "../functions/providers/catalogue.ts";
import type { HttpRoute } from "./aws/api-gateway/http-api-event.ts";
import type { DynamoDbAnswer } from "./aws/dynamodb/dynamodb.ts";
import { bypassProxies } from "./bypass-proxies.ts";
import { consentInstructions } from "./consent-links.ts";
import { startLocalConsole } from "./console/local-console.ts";
import { startDeclaredRealms } from "./declared/declared-realms.ts";
import { readRealmFile } from "./declared/realm-file.ts";
import { variablesOf, writeEnvironmentFile } from "./environment-file.ts";
import { explainFault } from "./explain-fault.ts";
import type { LocalRealm } from "./local-realm.ts";
import type { PlayedRealms } from "./played-realms.ts";
import type { ProviderOptions } from "./providers.ts";
import type { FolderHold } from "./run-file.ts";
import { holdFolder } from "./run-file.ts";
import { startShippedRealms } from "./shipped-realms.ts";
import type { AnyLocalStack } from "./stack.ts";
import { startStackOf } from "./stack.ts";
import type { StartOptions } from "./start-options.ts";
import { readStartOptions, startUsage } from "./start-options.ts";
import { addressTable, gapsInPlay, usageHints } from "./start-report.ts";
import { tableEvents } from "./table-events.ts";
import { createVendClient } from "./vend-client.ts";
import { vendFromAll } from "./vend-from-all.ts";

/** Shorter than between two ticks of the schedule, which would keep a process of each realm for ever. */
const idleMs = 20_000;

async function main(args: readonly string[]): Promise<void> {
  const options = readStartOptions(args);
  if (options.help) return void process.stdout.write(startUsage);
  bypassProxies();
  const startRealms = await realmsToStart(options);
  const hold = holdFolder(options.folder, new Date());
  const interrupted = onInterrupt(hold);
  try {
    if (options.fresh) removeDataOf(options.folder);
    await run(options, startRealms, hold, interrupted);
  } finally {
    hold.release();
  }
}

type StartRealms = (options: ProviderOptions) => Promise<PlayedRealms>;

/** Fails before anything is started. */
async function realmsToStart({ realms: file }: StartOptions): Promise<StartRealms> {
  if (file === undefined) return startShippedRealms;
  const listed = await readRealmFile(file);
  return (options) => startDeclaredRealms(listed, options);
}

/** Starts everything, and stops it when it is interrupted or has failed. */
async function run(
  options: StartOptions,
  startRealms: StartRealms,
  hold: FolderHold,
  interrupted: Promise<void>,
): Promise<void> {
  let onTableAnswer: (answer: DynamoDbAnswer) => void = () => {};
  let onConsentCallback: (route: HttpRoute) => Promise<void> = async () => {};
  const stack = await startStackOf(startRealms, {
    ...{ folder: options.folder, ports: options.ports, idleMs },
    onStep: (part) => console.log(`Starting ${part} …`),
    onLog: ({ stream, text }) => {
      if (options.logs || stream === "stderr") console.log(text.trimEnd());
    },
    onRequest: ({ action, principal }) => {
      if (options.requests) console.log(`${action}  ${principal}`);
    },
    onTableAnswer: (answer) => onTableAnswer(answer),
    onPage: (route) => {
      onConsentCallback(route).catch((error: unknown) => console.error(explainFault(error).text));
    },
  });
  let removeVariables = () => {};
  let stopPage = async () => {};
  try {
    onTableAnswer = printedEvents(stack.providers.realms);
    const page = await startLocalConsole(stack, options.ports.console ?? 0);
    stopPage = page.stop;
    hold.tell({ http: stack.http.url, consents: stack.consentHost.browserUrl });
    removeVariables = writeEnvironmentFile(options.folder, variablesOf(stack));
    console.log(`\n${addressTable(stack)}\n`);
    const gaps = gapsInPlay(stack);
    if (gaps) console.log(`${gaps}\n`);
    await vendAndPrint(stack, stack.providers.realms, { printsLinks: !options.once });
    if (options.once) return;
    onConsentCallback = vendAfterConsent(stack);
    console.log(`${usageHints(stack, path.relative("", path.join(options.folder, ".env")))}\n`);
    console.log(`The console, to look and to break things:\n  ${page.link}\n`);
    console.log(`Tokens and secrets are kept in\n  ${options.folder}\nPress Ctrl-C to stop.`);
    await interrupted;
  } finally {
    removeVariables();
    await stopPage();
    await stack.stop();
  }
}

/** What an earlier run has left; not by whom the folder is held. */
function removeDataOf(folder: string): void {
  const kept = ["running.json", "user-keys.json"];
  for (const name of readdirSync(folder)) {
    if (!kept.includes(name)) rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/** Vends once more from the realm whose provider has sent somebody back. */
function vendAfterConsent(stack: AnyLocalStack): (route: HttpRoute) => Promise<void> {
  return async ({ routeKey }) => {
    const realms = stack.providers.realms.filter(({ settings: { provider, environment } }) =>
      routeKey.endsWith(`/callback/${provider}/${environment}`),
    );
    if (realms.length > 0) await vendAndPrint(stack, realms, { printsLinks: true });
  };
}

/** Prints the events that a deployment would publish. */
function printedEvents(realms: readonly LocalRealm[]): (answer: DynamoDbAnswer) => void {
  const summaries = realms.map(({ settings }) => summarizeRealm(settings));
  return tableEvents({
    realms: new Map(
      readRealmSummaries(JSON.stringify(summaries)).map((realm) => [realmName(realm), realm]),
    ),
    log: jsonLog(
      (line) => process.stderr.write(line),
      () => new Date(),
    ),
    onEvent: ({ kind, connection }) => console.log(`event  ${kind}  ${connection}`),
  });
}

/** Vends from these realms and prints the results, with links for those that need a consent. */
async function vendAndPrint(
  stack: AnyLocalStack,
  realms: readonly LocalRealm[],
  { printsLinks }: { readonly printsLinks: boolean },
): Promise<void> {
  const client = createVendClient(stack.lambda.url, stack.identities.consumer.keys);
  const { text, waiting } = await vendFromAll(stack, client, realms);
  client.close();
  console.log(`${text}\n`);
  if (printsLinks && waiting.length > 0)
    console.log(`${await consentInstructions(stack, waiting)}\n`);
}

/** npm sends on the Ctrl-C that a terminal, or the shell between them, may have sent here as well. */
const oneInterruptMs = 500;

/** Fulfilled by the first Ctrl-C; a second one does not wait until everything has stopped. */
function onInterrupt(hold: FolderHold): Promise<void> {
  let interruptedAt: number | undefined;
  return new Promise((resolve) => {
    const onSignal = () => {
      interruptedAt ??= performance.now();
      resolve();
      if (performance.now() - interruptedAt < oneInterruptMs) return;
      hold.release();
      process.exit(130);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { text, exitCode } = explainFault(error);
  console.error(text);
  // Of several servers that start together, some may be up already.
  process.exit(exitCode);
}
