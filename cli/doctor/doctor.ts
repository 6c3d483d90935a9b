import packageJson from "../../package.json" with { type: "json" };
import { adviceFor } from "../advice.ts";
import type { CommandContext, CommandDeclaration } from "../command.ts";
import type { DeployedFunctions } from "../deployed-functions.ts";
import { CommandFailure } from "../failure.ts";
import { parseConnection } from "../parse-arguments.ts";
import { examineConnections } from "../recover.ts";
import type { RecoveryFinding } from "../recovery-findings.ts";
import { isLeftToPeople, recoveryGuides } from "../recovery-findings.ts";
import { parseTargets } from "../targets.ts";
import type { DoctorFinding } from "./doctor-finding.ts";
import { formatFindings, sortedFindings } from "./doctor-finding.ts";
import { examineApi } from "./examine-api.ts";
import { examineOwnClock, examineProviderClock } from "./examine-clock.ts";
import { examineFunctions, examineTable } from "./examine-realm.ts";
import type { SeenFunction } from "./examine-release.ts";
import { examineReleases } from "./examine-release.ts";
import { examineSecret } from "./examine-secret.ts";

export const doctorCommand: CommandDeclaration = {
  name: "doctor",
  args: "[targets...]",
  summary: "what is wrong here, the worst first",
  does: "examines your credentials and your clock, and of a realm or of connections, or of all: functions and their release, provider's clock, table, secrets, connections and API; says what is wrong, the worst first, with what to do. It requests no token from a provider",
  needs:
    "what `status`, `ledger`, `secret check`, `recover` and `history` need; what it may not see, it says with the permission that is missing",
  options: ["table"],
  examples: ["doctor", "doctor conferma/production --json"],
  notes: "Exit code: 0 there is no error; 1 there is one, or more.",
  prepare: (args, { table }) => {
    const targets = parseTargets(args);
    return async (context) => {
      const findings = await diagnose(context, targets, table);
      return {
        answer: { findings: sortedFindings(findings) },
        text: formatFindings(findings, context.terminal.screen),
        isIncomplete: findings.some(({ severity }) => severity === "error"),
      };
    };
  },
};

async function diagnose(
  context: CommandContext,
  targets: ReturnType<typeof parseTargets>,
  table: string | undefined,
): Promise<DoctorFinding[]> {
  const { functions, terminal } = context;
  // Which tokens are due goes by AWS's clock; a vend of one that is would renew it.
  const awsNow = () => new Date(Number(terminal.now()) - (functions.aheadOfAwsMs() ?? 0));
  const examined = await examineConnections(functions, targets, null, awsNow).catch((error) => {
    if (error instanceof CommandFailure) return error;
    throw error;
  });
  const clock = examineOwnClock(functions.aheadOfAwsMs());
  if (examined instanceof CommandFailure) {
    const [found = "", ...next] = adviceFor(examined).split("\n");
    const failed = { severity: "error", about: "the status of all connections" } as const;
    return [{ ...failed, found, next: stepIn(next.join(" ")) }, ...clock];
  }
  const findings = [...clock, ...examined.map(connectionFinding)];
  const connections = examined.map(({ connection }) => connection);
  const shared = await examineFunctions(functions, null);
  const seen = [...shared.seen];
  findings.push(...shared.findings);
  for (const realm of await realmsToExamine(functions, targets, connections)) {
    terminal.notice(`Examining ${realm} …`);
    const own = connections.filter((each) => parseConnection(each).realm === realm);
    const found = await examineRealm(context, realm, own, table);
    seen.push(...found.seen);
    findings.push(...found.findings);
  }
  findings.push(...examineReleases(seen, packageJson.version));
  const vending = seen.find(({ kind }) => kind === "vend-token");
  if (vending) findings.push(...(await examineApi(vending)));
  return findings;
}

/** Those of the connections and, unless connections were named, those that have no connection yet. */
async function realmsToExamine(
  functions: DeployedFunctions,
  targets: ReturnType<typeof parseTargets>,
  connections: readonly string[],
): Promise<string[]> {
  const used = connections.map((each) => parseConnection(each).realm);
  if (targets.connections !== null) return [...new Set(used)];
  const named = targets.realms.filter((realm) => realm !== null);
  return [...new Set([...used, ...(named.length > 0 ? named : await realmsSeen(functions))])];
}

/** Where they may not be listed, none: the findings of the functions say so. */
function realmsSeen(functions: DeployedFunctions): Promise<string[]> {
  return functions.realms().catch((error) => {
    if (error instanceof CommandFailure) return [];
    throw error;
  });
}

/** The last step of an advice, in one line. */
function stepIn(advice: string): string {
  return advice.replaceAll(/\s+/g, " ").replace(/^.*?Next: /, "");
}

async function examineRealm(
  { functions, terminal }: CommandContext,
  realm: string,
  used: readonly string[],
  table: string | undefined,
): Promise<{ findings: DoctorFinding[]; seen: SeenFunction[] }> {
  const { findings, seen } = await examineFunctions(functions, realm);
  const vending = seen.find(({ kind }) => kind === "vend-token");
  const url = providerUrl(vending?.environment["REALM"]);
  if (url !== null) {
    const aheadMs = functions.aheadOfAwsMs() ?? 0;
    findings.push(await examineProviderClock(realm, url, () => terminal.now(), aheadMs));
  }
  const connections = used.length > 0 ? used : [`${realm}/default`];
  const [first = ""] = connections;
  findings.push(await examineTable(table ?? vending?.environment["TABLE_NAME"], first));
  // A realm whose connections are people's consents has one secret for all of them.
  for (const connection of isLeftToPeople(first) ? [first] : connections) {
    findings.push(...(await examineSecret(functions, connection, terminal.now())));
  }
  return { findings, seen };
}

/** Where the realm's provider issues. Null where its settings name none, are not seen, or cannot be read. */
function providerUrl(realm: string | undefined): string | null {
  const { tokenUrl, issuer, apiBaseUrl } = Object(settingsIn(realm ?? "{}"));
  const url: unknown = tokenUrl ?? issuer ?? apiBaseUrl;
  return typeof url === "string" && URL.canParse(url) ? url : null;
}

/** Null where it is no JSON: the function does not start with it, which is a finding of its own. */
function settingsIn(realm: string): unknown {
  try {
    return JSON.parse(realm);
  } catch {
    return null;
  }
}

const quiet: ReadonlySet<RecoveryFinding> = new Set(["fine", "idle", "renewing"]);

function connectionFinding({
  connection,
  finding,
  status,
}: Awaited<ReturnType<typeof examineConnections>>[number]): DoctorFinding {
  const { summary, advice, command } = recoveryGuides[finding];
  if (finding === "no-consent" && status?.asked) {
    const found = `${summary}, and a person was asked`;
    const next = "Wait for that person; npm run vend -- status says until when.";
    return { severity: "warning", about: connection, found, next };
  }
  const code = status?.lastFailure?.code;
  const found = quiet.has(finding)
    ? (status?.state ?? summary)
    : [summary, ...(code ? [code] : [])].join(": ");
  const severity = quiet.has(finding) ? "fine" : finding === "frozen" ? "warning" : "error";
  return { severity, about: connection, found, next: command?.(connection) ?? advice };
}
