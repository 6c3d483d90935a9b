import type { ProblemCode } from "../functions/model/errors.ts";
import { wrapText } from "../local/wrap-text.ts";
import type { CliProblem, CliProblemCode, CommandFailure } from "./failure.ts";

/** What went wrong, and what to do next. */
export function adviceFor({ problem }: CommandFailure): string {
  const { code, title, detail } = problem;
  const lines = [`${title} (${code}).`, detail, ...nextSteps(problem)];
  return lines.filter(Boolean).join("\n");
}

function nextSteps(problem: CliProblem): string[] {
  const { code } = problem;
  if (code in ownProblems) return [wrapText(ownProblems[code as CliProblemCode], "", "  ")];
  const { connection, retryAfterSeconds } = problem as Partial<{
    connection: string;
    retryAfterSeconds: number;
  }>;
  const command = commandFor(code, connection ?? "<connection>");
  return [
    ...(command ? [`Next: ${command}`] : []),
    ...(retryAfterSeconds ? [`Next: try again in ${retryAfterSeconds} s.`] : []),
    `More: docs/operations.md#${code}`,
  ];
}

const ownProblems: Readonly<Record<CliProblemCode, string>> = {
  "no-function":
    "Next: compare the account and the Region (AWS_PROFILE, AWS_REGION) with where the stack was deployed; or name the function, for a command that takes it: --function <name>.",
  "no-credentials":
    "Next: log in to AWS, or set AWS_PROFILE. For npm start, take the variables of .local/.env.",
  "not-allowed":
    "Next: log in again if your keys have expired; otherwise have your role granted lambda:ListFunctions and, on that function, lambda:InvokeFunction. Without the first, name the function, for a command that takes it: --function <name>.",
  "not-reached":
    "Next: check AWS_REGION, and the AWS_ENDPOINT_URL variable of that service if you have set one; with npm start, check that it is still running.",
  "function-failed":
    'Next: read the function\'s log; for a StartUpError see docs/operations.md, "A function that does not start".',
  "no-logs":
    "Next: compare the account and the Region (AWS_PROFILE, AWS_REGION) with where the stack was deployed.",
  "logs-not-allowed": "Next: have your role granted logs:FilterLogEvents on that log group.",
  "no-table":
    "Next: compare the account and the Region (AWS_PROFILE, AWS_REGION) with where the stack was deployed; or name the table: --table <name>.",
  "table-not-allowed":
    "Next: log in again if your keys have expired; otherwise have your role granted what the command needs: docs/operations.md#the-command-line",
  "no-record":
    "Next: npm run vend -- status lists the connections that have one; check its spelling, and --table.",
  "newer-record": "Next: use the command line of the release that is deployed.",
  "no-port": "Next: name another port with --port, or none, to have a free one.",
  "no-code": "Next: run the command again and paste the code, or pipe it in.",
  "no-metadata":
    "Next: compare the issuer with the provider's documentation; its settings can be written by hand: docs/adding-a-provider.md",
  "no-consent":
    "Next: npm run vend -- secret check <connection>, and npm run vend -- vend <connection>.",
  "no-value":
    "Next: name a file with the JSON (--file), pipe it in, or type its members at a terminal.",
  "no-previous": "Next: put the value again: npm run vend -- secret put <connection>.",
  "secret-invalid":
    "Next: correct the value and put it again; docs/providers/ has each provider's members.",
  "secret-refused": "Next: compare it with what the provider has issued, and put it again.",
  "secret-untried": "Next: run the command again, or add --yes to make it current without a trial.",
  "secret-pending":
    "Next: add --yes to go on with that value, or give another (--file, or a pipe), which takes its place.",
  "secret-changed":
    "Next: agree with the others who put it, look at npm run vend -- secret check <connection>, and put it again if need be.",
  "secret-deleted": "Next: restore it, then run the command again.",
  "secret-not-reached":
    "Next: check AWS_REGION and AWS_ENDPOINT_URL_SECRETS_MANAGER, and run the command again: it goes on where it was stopped.",
  "not-adopted":
    "Next: npm run vend -- secret check <connection>; to go back: npm run vend -- secret put <connection> --undo.",
};

type CommandFor = (connection: string) => string;

const showStatus: CommandFor = (connection) => `npm run vend -- status ${realmOf(connection)}`;
const beginConsent: CommandFor = (connection) => `npm run vend -- consent ${connection}`;
const putSecret: CommandFor = (connection) => `npm run vend -- secret put ${connection}`;
const checkSecret: CommandFor = (connection) => `npm run vend -- secret check ${connection}`;

/** The one command that solves it, or shows more; null where docs/operations.md has to. */
const commands: Readonly<Record<ProblemCode, CommandFor | null>> = {
  "invalid-request": null,
  "unknown-connection": checkSecret,
  "scope-conflict": showStatus,
  "validity-unavailable": null,
  "consent-required": beginConsent,
  frozen: showStatus,
  "credentials-rejected": putSecret,
  "secret-malformed": putSecret,
  "provider-malformed": null,
  contested: showStatus,
  "provider-throttled": null,
  "provider-unavailable": null,
  "renewal-in-progress": null,
  "store-unavailable": null,
  "secret-unavailable": null,
  internal: null,
};

/** The command that solves a problem, or shows more of it; null where docs/operations.md has to. */
export function commandFor(code: string, connection: string): string | null {
  // A deployment that is newer than this command line may have other codes.
  return commands[code as ProblemCode]?.(connection) ?? null;
}

function realmOf(connection: string): string {
  return connection.slice(0, connection.lastIndexOf("/"));
}
