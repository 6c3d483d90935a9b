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
  // A deployment that is newer than this command line may have other codes.
  const command = commands[code as ProblemCode]?.(connection ?? "<connection>");
  return [
    ...(command ? [`Next: ${command}`] : []),
    ...(retryAfterSeconds ? [`Next: try again in ${retryAfterSeconds} s.`] : []),
    `More: docs/operations.md#${code}`,
  ];
}

const ownProblems: Readonly<Record<CliProblemCode, string>> = {
  "no-function":
    "Next: compare the account and the Region (AWS_PROFILE, AWS_REGION) with where the stack was deployed; or name the function: --function <name>.",
  "no-credentials":
    "Next: log in to AWS, or set AWS_PROFILE. For npm start, set the variables that it prints.",
  "not-allowed":
    "Next: log in again if your keys have expired; otherwise have your role granted lambda:ListFunctions and, on that function, lambda:InvokeFunction. Without the first, name the function: --function <name>.",
  "not-reached":
    "Next: check AWS_REGION and AWS_ENDPOINT_URL_LAMBDA; with npm start, check that it is still running.",
  "function-failed":
    'Next: read the function\'s log; for a StartUpError see docs/operations.md, "A function that does not start".',
  "no-logs":
    "Next: compare the account and the Region (AWS_PROFILE, AWS_REGION) with where the stack was deployed.",
  "logs-not-allowed": "Next: have your role granted logs:FilterLogEvents on that log group.",
  "no-code": "Next: run the command again and paste the code, or pipe it in.",
};

type CommandFor = (connection: string) => string;

const showStatus: CommandFor = (connection) => `npm run vend -- status ${realmOf(connection)}`;
const beginConsent: CommandFor = (connection) => `npm run vend -- consent ${connection}`;
const putSecret: CommandFor = (connection) =>
  `aws secretsmanager put-secret-value --secret-id token-vending/${connection} --secret-string file://secret.json`;

/** The one command that solves it, or shows more; null where docs/operations.md has to. */
const commands: Readonly<Record<ProblemCode, CommandFor | null>> = {
  "invalid-request": null,
  "unknown-connection": null,
  "scope-conflict": showStatus,
  "validity-unavailable": null,
  "consent-required": beginConsent,
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

function realmOf(connection: string): string {
  return connection.slice(0, connection.lastIndexOf("/"));
}
