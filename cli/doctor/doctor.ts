import { adviceFor } from "../advice.ts";
import type { CommandContext, CommandDeclaration } from "../command.ts";
import { CommandFailure } from "../failure.ts";
import { parseConnection } from "../parse-arguments.ts";
import { examineConnections } from "../recover.ts";
import type { RecoveryFinding } from "../recovery-findings.ts";
import { isLeftToPeople, recoveryGuides } from "../recovery-findings.ts";
import { parseSecretTarget } from "../secrets/secret-target.ts";
import { parseTargets } from "../targets.ts";
import type { DoctorFinding } from "./doctor-finding.ts";
import { formatFindings, sortedFindings } from "./doctor-finding.ts";
import { examineOwnClock, examineProviderClock } from "./examine-clock.ts";
import { examineFunctions, examineTable } from "./examine-realm.ts";
import { examineSecret } from "./examine-secret.ts";

export const doctorCommand: CommandDeclaration = {
  name: "doctor",
  args: "[targets...]",
  summary: "what is wrong here, the worst first",
  does: "examines your credentials and your clock, and of a realm or of connections, or of all: functions, provider's clock, table, secrets and connections; says what is wrong, the worst first, with what to do. It requests no token from a provider",
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
  const examined = await examineConnections(context, targets, null).catch((error) => {
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
  const realms = [...new Set(connections.map((each) => parseConnection(each).realm))];
  for (const realm of realms) {
    terminal.notice(`Examining ${realm} …`);
    const own = connections.filter((each) => parseConnection(each).realm === realm);
    findings.push(...(await examineRealm(context, realm, own, table)));
  }
  return findings;
}

/** The last step of an advice, in one line. */
function stepIn(advice: string): string {
  return advice.replaceAll(/\s+/g, " ").replace(/^.*?Next: /, "");
}

async function examineRealm(
  { functions, terminal }: CommandContext,
  realm: string,
  connections: readonly string[],
  table: string | undefined,
): Promise<DoctorFinding[]> {
  const { findings, vending } = await examineFunctions(functions, realm);
  const url = providerUrl(vending?.environment["REALM"]);
  if (url !== null) {
    const aheadMs = functions.aheadOfAwsMs() ?? 0;
    findings.push(await examineProviderClock(realm, url, () => terminal.now(), aheadMs));
  }
  const [first = ""] = connections;
  findings.push(await examineTable(table ?? vending?.environment["TABLE_NAME"], first));
  // A realm whose connections are people's consents has one secret for all of them.
  for (const connection of isLeftToPeople(first) ? [first] : connections) {
    const target = parseSecretTarget(connection);
    findings.push(await examineSecret(functions, target, terminal.now()));
  }
  return findings;
}

/** Where the realm's provider issues. Null where its settings name none, or are not seen. */
function providerUrl(realm: string | undefined): string | null {
  const { tokenUrl, issuer, apiBaseUrl } = Object(JSON.parse(realm ?? "{}"));
  const url: unknown = tokenUrl ?? issuer ?? apiBaseUrl;
  return typeof url === "string" && URL.canParse(url) ? url : null;
}

const quiet: ReadonlySet<RecoveryFinding> = new Set(["fine", "idle", "renewing"]);

function connectionFinding({
  connection,
  finding,
  status,
}: Awaited<ReturnType<typeof examineConnections>>[number]): DoctorFinding {
  const { summary, advice, command } = recoveryGuides[finding];
  const code = status?.lastFailure?.code;
  const found = quiet.has(finding)
    ? (status?.state ?? summary)
    : [summary, ...(code ? [code] : [])].join(": ");
  const severity = quiet.has(finding) ? "fine" : finding === "frozen" ? "warning" : "error";
  return { severity, about: connection, found, next: command?.(connection) ?? advice };
}
