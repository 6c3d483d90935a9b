import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  paginateListFunctions,
} from "@aws-sdk/client-lambda";
import type { Problem } from "../functions/http/contract.ts";
import type { AwsTarget } from "./aws-target.ts";
import { clientConfig } from "./aws-target.ts";
import { clockComparison } from "./clock-comparison.ts";
import { CommandFailure, cliFailure, failureOfAwsError } from "./failure.ts";
import { parsePlainJson } from "./plain-json.ts";

/** How the deployed functions are described (infra/constructs/), whatever their deployment is called. */
const descriptions = {
  "vend-token": /^Vends the tokens of (\S+)$/,
  "renew-tokens": /^Renews the tokens of (\S+) in time$/,
  "begin-consent": /^Asks people for a consent to (\S+)$/,
  "complete-consent": /^Takes the answers of people's consents to (\S+)$/,
  "list-connections": /^Tells the status of every connection()$/,
};

export type FunctionKind = keyof typeof descriptions;

interface FunctionDescription {
  readonly name: string;
  readonly description: string;
}

/** The deployed functions, in the account and Region that the environment names. */
export interface DeployedFunctions {
  /** Returns the function's answer. Throws a `CommandFailure`, also for a problem in the answer. */
  invoke<Answer>(kind: FunctionKind, realm: string | null, payload: object): Promise<Answer>;
  /** The log group of a realm's function. Of a named `vend-token`, its neighbours' too. Throws a `CommandFailure`. */
  logOf(kind: FunctionKind, realm: string): Promise<FunctionLog>;
  /** The realms that are deployed, in order. Throws a `CommandFailure`. */
  realms(): Promise<string[]>;
  /** AWS's Region. Throws a `CommandFailure` where none is named. */
  region(): Promise<string>;
  /** How a realm's function is deployed. Throws a `CommandFailure`. */
  configurationOf(kind: FunctionKind, realm: string | null): Promise<FunctionConfiguration>;
  /** How far the operator's clock is ahead of AWS's, by the last answer; behind, if negative. Null before the first. */
  aheadOfAwsMs(): number | null;
  close(): void;
}

export interface FunctionConfiguration {
  readonly name: string;
  /** `Active`, `Failed`, `Pending` or `Inactive`; `Active` where it is not stated. */
  readonly state: string;
  /** `Successful`, `Failed` or `InProgress`; `Successful` where it is not stated. */
  readonly lastUpdate: string;
  /** Of its code, as AWS takes it; empty where it is not stated. */
  readonly codeHash: string;
  /** Empty where the operator's role may not decrypt it. */
  readonly environment: Readonly<Record<string, string>>;
}

interface FunctionLog {
  readonly functionName: string;
  readonly group: string;
}

interface Time {
  now(): Date;
  sleep(ms: number): Promise<void>;
}

/** Between attempts of an invocation that Lambda has throttled. */
const throttlePausesMs = [1000, 2000, 4000];

/** `functionName`: the function to invoke, if it is not to be looked up. */
export function openDeployedFunctions(
  functionName: string | undefined,
  { now, sleep }: Time,
  aws: AwsTarget = {},
): DeployedFunctions {
  // A retry could use up an authorization code twice, or count a rejection twice. Not one of a throttled invocation.
  const client = new LambdaClient({ ...clientConfig(aws, "lambda"), maxAttempts: 1 });

  const aheadOfAwsMs = clockComparison(client, now);
  let listed: Promise<FunctionDescription[]> | undefined;

  /** One listing serves all invocations of a command. One that failed is tried again. */
  function list(): Promise<FunctionDescription[]> {
    listed ??= listAll().catch((error: unknown) => {
      listed = undefined;
      throw error;
    });
    return listed;
  }

  async function listAll(): Promise<FunctionDescription[]> {
    const all: FunctionDescription[] = [];
    for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
      for (const { FunctionName, Description } of Functions) {
        all.push({ name: FunctionName ?? "", description: Description ?? "" });
      }
    }
    return all;
  }

  async function lookUp(kind: FunctionKind, realm: string | null): Promise<string> {
    return findFunctionName(await list(), kind, realm);
  }

  async function send(FunctionName: string, payload: object): Promise<unknown> {
    const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload) });
    const { Payload, FunctionError } = await untilAdmitted(() => client.send(command));
    const answer: unknown = parsePlainJson(Payload?.transformToString() || "null");
    if (FunctionError) throw functionFailed(FunctionName, answer);
    const { problem } = Object(answer) as { problem?: Problem };
    if (problem) throw new CommandFailure(problem);
    return answer;
  }

  /** Where a realm is deployed twice, that of the deployment whose `vend-token` is named. */
  async function lookUpForLog(kind: FunctionKind, realm: string | null): Promise<string> {
    if (functionName === undefined) return lookUp(kind, realm);
    if (kind === "vend-token") return functionName;
    const all = await list();
    const neighbours = all.filter(({ name }) => name.startsWith(`${nameInArn(functionName)}-`));
    const isNeighbour = neighbours.some(({ description }) => realmIn(description, kind) === realm);
    return findFunctionName(isNeighbour ? neighbours : all, kind, realm);
  }

  async function describe(kind: FunctionKind, realm: string | null) {
    try {
      const FunctionName = await lookUpForLog(kind, realm);
      const command = new GetFunctionConfigurationCommand({ FunctionName });
      return { functionName: nameInArn(FunctionName), ...(await client.send(command)) };
    } catch (error) {
      throw error instanceof CommandFailure ? error : failureOfAwsError(error);
    }
  }

  /** Lambda has executed nothing of what it answers with 429. */
  async function untilAdmitted<T>(attempt: () => Promise<T>): Promise<T> {
    for (const pauseMs of throttlePausesMs) {
      try {
        return await attempt();
      } catch (error) {
        if (Object(error).$metadata?.httpStatusCode !== 429) throw error;
      }
      await sleep(pauseMs);
    }
    return attempt();
  }

  return {
    async invoke<Answer>(kind: FunctionKind, realm: string | null, payload: object) {
      try {
        return (await send(functionName ?? (await lookUp(kind, realm)), payload)) as Answer;
      } catch (error) {
        throw error instanceof CommandFailure ? error : failureOfAwsError(error);
      }
    },
    async logOf(kind, realm) {
      const { functionName: name, LoggingConfig } = await describe(kind, realm);
      return { functionName: name, group: LoggingConfig?.LogGroup ?? `/aws/lambda/${name}` };
    },
    async realms() {
      try {
        return realmsIn(await list());
      } catch (error) {
        throw failureOfAwsError(error);
      }
    },
    async region() {
      try {
        return await client.config.region();
      } catch (error) {
        throw failureOfAwsError(error);
      }
    },
    async configurationOf(kind, realm) {
      const {
        functionName: name,
        State,
        LastUpdateStatus,
        CodeSha256,
        Environment,
      } = await describe(kind, realm);
      return {
        ...{ name, state: State ?? "Active", lastUpdate: LastUpdateStatus ?? "Successful" },
        codeHash: CodeSha256 ?? "",
        environment: Environment?.Variables ?? {},
      };
    },
    aheadOfAwsMs,
    close: () => client.destroy(),
  };
}

/** Of a function's name, or of its ARN, with or without a qualifier. */
export function nameInArn(named: string): string {
  const [name = ""] = (named.split(":function:").at(-1) ?? "").split(":");
  return name;
}

/** Only the realms of providers at which a person consents have these. */
const consentKinds: readonly FunctionKind[] = ["begin-consent", "complete-consent"];

/** Finds a realm's function of this kind. Throws a `CommandFailure` if there is none, or more than one. */
export function findFunctionName(
  all: readonly FunctionDescription[],
  kind: FunctionKind,
  realm: string | null,
): string {
  const found = all.filter(({ description }) => realmIn(description, kind) === (realm ?? ""));
  const [first, ...others] = found;
  if (first && others.length === 0) return first.name;
  const label = realm === null ? kind : `${kind} of ${realm}`;
  if (first) {
    const names = found.map(({ name }) => name).join(", ");
    throw cliFailure(
      "no-function",
      "More than one function matches",
      `${label} is deployed more than once: ${names}. Choose one with --function.`,
    );
  }
  const realms = realmsIn(all);
  if (consentKinds.includes(kind) && realm !== null && realms.includes(realm)) {
    const detail = `${realm} needs no consent of a person: what its secret holds gives access.`;
    throw cliFailure("no-consent", "This realm has no consents", detail);
  }
  const available = realms.length > 0 ? `Deployed realms: ${realms.join(", ")}.` : "";
  const detail = `No function here is ${label}. ${available}`.trim();
  throw cliFailure("no-function", "There is no such function", detail);
}

function realmsIn(all: readonly FunctionDescription[]): string[] {
  const realms = all.flatMap(({ description }) => realmIn(description, "vend-token") ?? []);
  return [...new Set(realms)].sort();
}

function realmIn(description: string, kind: FunctionKind): string | undefined {
  return descriptions[kind].exec(description)?.[1];
}

/** The function did not start, was killed, or has no such handler. */
function functionFailed(name: string, answer: unknown): CommandFailure {
  const { errorType = "", errorMessage = "" } = Object(answer);
  return cliFailure(
    "function-failed",
    "The function failed",
    `${name} did not answer: ${[errorType, errorMessage].filter(Boolean).join(": ")}`,
  );
}
