import { LambdaClient } from "@aws-sdk/client-lambda";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { clientConfig } from "../aws-target.ts";
import { failureOfAwsError } from "../failure.ts";
import { askAddress } from "./ask-address.ts";
import type { DoctorFinding } from "./doctor-finding.ts";
import { fine, notSeen } from "./doctor-finding.ts";
import type { SeenFunction } from "./examine-release.ts";

const about = "the API";

/**
 * Whether the API answers, at the address that the deployment has published for callers. Nothing is found where there is
 * none. It is asked without credentials, which it refuses: that is an answer.
 */
export async function examineApi({ realm, environment }: SeenFunction): Promise<DoctorFinding[]> {
  // The deployment's name comes before that of the realm.
  const deployment = environment["SECRET_PREFIX"]?.replace(`/${realm}/`, "");
  if (deployment === undefined) return [];
  const client = new SSMClient(clientConfig({}, "ssm"));
  try {
    if (await isElsewhere(client))
      return [
        fine(
          about,
          "not looked for: its address is in SSM, and only Lambda has an AWS_ENDPOINT_URL here",
        ),
      ];
    const published = await readParameter(client, `/${deployment}/realms/${realm}/api`);
    if (published === null) return [];
    return [typeof published === "string" ? await examineAddress(published) : published];
  } finally {
    client.destroy();
  }
}

/** Keys for a system that stands for AWS, such as that of `npm start`, are not for AWS itself. */
async function isElsewhere(client: SSMClient): Promise<boolean> {
  const lambda = new LambdaClient(clientConfig({}, "lambda"));
  const isRedirected = async ({ config }: SSMClient | LambdaClient) =>
    (await config.serviceConfiguredEndpoint?.()) !== undefined;
  const result = (await isRedirected(lambda)) && !(await isRedirected(client));
  lambda.destroy();
  return result;
}

/** Null where there is no such parameter; a finding where it could not be read. */
async function readParameter(
  client: SSMClient,
  Name: string,
): Promise<string | DoctorFinding | null> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name }));
    return Parameter?.Value ?? null;
  } catch (error) {
    if (Object(error).name === "ParameterNotFound") return null;
    const failure = failureOfAwsError(error, "Systems Manager");
    const finding = notSeen(
      about,
      failure,
      `ssm:GetParameter on ${Name}, as grantAttribution does`,
    );
    return { ...finding, severity: "warning" };
  }
}

async function examineAddress(address: string): Promise<DoctorFinding> {
  if (!URL.canParse(address)) return notAnAddress(address);
  const { host } = new URL(address);
  const answer = await askAddress(`${address.replace(/\/$/, "")}/v1/connections`, "GET");
  if ("noAnswer" in answer) {
    return fine(about, `not from here: ${host} does not answer (${answer.noAnswer}); ${isPrivate}`);
  }
  const { status, headers } = answer;
  if (status >= 500) {
    const found = `${host} answers ${status}`;
    return {
      severity: "error",
      about,
      found,
      next: "docs/operations.md#alarms, and the API's log.",
    };
  }
  if (/^Forbidden/.test(headers.get("x-amzn-errortype") ?? "")) {
    return fine(about, `not from here: ${host} refuses what comes from outside; ${isPrivate}`);
  }
  return fine(about, `${host} answers`);
}

const isPrivate = "a private API is for its network only";

function notAnAddress(address: string): DoctorFinding {
  const found = `its published address is none: ${address}`;
  return { severity: "error", about, found, next: "Deploy again: docs/deploying.md." };
}
