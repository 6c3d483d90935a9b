import type { ProblemCode } from "../functions/model/errors.ts";
import type { CliProblem, CliProblemCode, CommandFailure } from "./failure.ts";

/** What went wrong, and what to do next. */
export function adviceFor({ problem }: CommandFailure): string {
  const { code, title, detail } = problem;
  const lines = [`${title} (${code}).`, detail, ...nextSteps(problem)];
  return lines.filter(Boolean).join("\n");
}

function nextSteps(problem: CliProblem): string[] {
  const { code } = problem;
  if (code in beforehand) return [beforehand[code as CliProblemCode]];
  const { connection, retryAfterSeconds } = problem as Partial<{
    connection: string;
    retryAfterSeconds: number;
  }>;
  const step = afterwards[code as ProblemCode]?.(connection ?? "<connection>");
  return [
    ...(step ? [`Next: ${step}`] : []),
    ...(retryAfterSeconds ? [`Next: try again in ${retryAfterSeconds} s.`] : []),
    `More: docs/operations.md#${code}`,
  ];
}

const beforehand: Readonly<Record<CliProblemCode, string>> = {
  "no-function":
    "Next: compare the account and the Region (AWS_PROFILE, AWS_REGION) with where the stack was deployed; or name the function: --function <name>.",
  "no-credentials":
    "Next: log in to AWS, or set AWS_PROFILE. For npm start, set the variables that it prints.",
  "not-allowed":
    "Next: log in again if your keys have ended; else have your role granted lambda:ListFunctions and, on that function, lambda:InvokeFunction. Without the first, name the function: --function <name>.",
  "not-reached":
    "Next: look at AWS_REGION and AWS_ENDPOINT_URL_LAMBDA; against npm start, see that it is still running.",
  "function-failed":
    'Next: read the function\'s log; for a StartUpError see docs/operations.md, "A function that does not start".',
  "no-code": "Next: run the command again and paste the code, or pipe it in.",
};

/** Where one command mends it, or shows more. The rest is in docs/operations.md. */
const afterwards: Partial<Readonly<Record<ProblemCode, (connection: string) => string>>> = {
  "consent-required": (connection) => `npm run vend -- consent ${connection}`,
  "credentials-rejected": putSecret,
  "secret-malformed": putSecret,
  contested: (connection) => `npm run vend -- status ${realmOf(connection)}`,
  "scope-conflict": (connection) => `npm run vend -- status ${realmOf(connection)}`,
};

function putSecret(connection: string): string {
  return `aws secretsmanager put-secret-value --secret-id token-vending/${connection} --secret-string file://secret.json`;
}

function realmOf(connection: string): string {
  return connection.slice(0, connection.lastIndexOf("/"));
}
