import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import type { DependencyName } from "../model/errors.ts";
import type { Metrics } from "../model/metrics.ts";
import { awsEndpoint } from "./aws-endpoint.ts";
import type { AwsHttpHandler } from "./aws-http-handler.ts";
import type { AwsCredentials, AwsRead, AwsWay } from "./aws-read.ts";
import { awsSigner, readAws } from "./aws-read.ts";
import type { CorrectedClock } from "./corrected-clock.ts";
import type { Variables } from "./environment.ts";
import { onFirstUse } from "./on-first-use.ts";
import { Sha256 } from "./sha256.ts";
import { isDeployed } from "./start-up-checks.ts";
import { tlsSettings } from "./tls-settings.ts";

/** The two ways to AWS, over the same connections. */
export interface AwsConnection {
  /** AWS's answer to a read, without the SDK. Undefined: the SDK is to be asked. Never fails. */
  read(read: AwsRead, signal?: AbortSignal): Promise<unknown>;
  /** What the SDK's clients are created with. */
  sdkOptions(): Promise<SdkOptions>;
}

export interface SdkOptions {
  readonly credentials: () => Promise<AwsCredentials>;
  readonly requestHandler: AwsHttpHandler;
  readonly sha256: typeof Sha256;
  /** Of a type that every client takes. */
  readonly logger: never;
}

/**
 * Without methods, which the SDK calls if there are any. Its own logger that writes nothing gets a copy of each request and
 * answer, of which the SDK removes what is secret: a tenth of a call's CPU time.
 */
const noLogger = {} as never;

/** As many as the SDK's own agents allow. */
const agentSettings = { keepAlive: true, maxSockets: 50 };

/**
 * Lambda supplies region, credentials and endpoints as variables; the SDK's default credential chain would add 15 ms to
 * a cold start. Every answer tells the clock what time AWS states.
 */
export function connectToAws(variables: Variables, clock: CorrectedClock): AwsConnection {
  const deployed = isDeployed(variables);
  const stated = (date: string | undefined, sentAt: Date) =>
    clock.observe(new Date(date ?? Number.NaN), sentAt, clock.now());
  // Not imported: see http-request.ts.
  const httpAgent = onFirstUse(
    (): HttpAgent => new (process.getBuiltinModule("node:http").Agent)(agentSettings),
  );
  const httpsAgent = onFirstUse(
    (): HttpsAgent =>
      new (process.getBuiltinModule("node:https").Agent)({ ...agentSettings, ...tlsSettings }),
  );
  /** Null: only the SDK can tell. */
  const wayTo = (service: AwsRead["service"], region: string): AwsWay | null => {
    const url = awsEndpoint(service, region, variables, deployed);
    if (!url) return null;
    const agent = url.protocol === "https:" ? httpsAgent() : httpAgent();
    const signer = awsSigner(service, region, () => credentialsIn(variables));
    return { url, signer, agent, clock, stated };
  };
  const ways = new Map<string, AwsWay | null>();
  return {
    async read(read, signal) {
      const { service, region = variables["AWS_REGION"] } = read;
      const { accessKeyId, secretAccessKey } = credentialsIn(variables);
      if (!region || !accessKeyId || !secretAccessKey) return undefined;
      const name = `${service} ${region}`;
      if (!ways.has(name)) ways.set(name, wayTo(service, region));
      const way = ways.get(name);
      return way ? readAws(read, way, signal ?? new AbortController().signal) : undefined;
    },

    sdkOptions: onFirstUse(async () => {
      const { AwsHttpHandler } = await import("./aws-http-handler.ts");
      const agents = { httpAgent: httpAgent(), httpsAgent: httpsAgent() };
      return {
        credentials: async () => credentialsIn(variables),
        requestHandler: new AwsHttpHandler({ clock, requiresTls: deployed, stated, ...agents }),
        sha256: Sha256,
        logger: noLogger,
      };
    }),
  };
}

/** As they are at this moment. */
function credentialsIn(variables: Variables): AwsCredentials {
  return {
    accessKeyId: variables["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: variables["AWS_SECRET_ACCESS_KEY"] ?? "",
    ...(variables["AWS_SESSION_TOKEN"] ? { sessionToken: variables["AWS_SESSION_TOKEN"] } : {}),
  };
}

type AwsDependency = Exclude<DependencyName, "provider">;

/** Told of a call that failed after the SDK's retries. Throws the error again. */
export type FailedCall = (error: unknown) => never;

/** Answers that are no failures of the service, by the names of their errors. */
const answers: Readonly<Record<AwsDependency, readonly string[]>> = {
  // A condition was not met: somebody else has written.
  dynamodb: ["ConditionalCheckFailedException"],
  // The bytes were never sealed under this key, or not for this connection.
  kms: ["InvalidCiphertextException", "IncorrectKeyException"],
  // There is no such secret, or it is to be deleted.
  "secrets-manager": ["ResourceNotFoundException", "InvalidRequestException"],
  eventbridge: [],
};

/** Our own caller has gone, or has no time left: that says nothing about the service. */
const abandoned = "AbortError";

/** The part of every SDK client that surrounds its calls. */
interface SurroundedCalls {
  readonly middlewareStack: {
    add<Answer>(
      surround: (call: (input: never) => Promise<Answer>) => (input: never) => Promise<Answer>,
      where: { readonly step: "initialize" },
    ): void;
  };
}

/** Tells of every call of an SDK client that fails. */
export function reportFailures(client: SurroundedCalls, failed: FailedCall): void {
  client.middlewareStack.add((call) => (input) => call(input).catch(failed), {
    step: "initialize",
  });
}

/** Counts the failed calls of a service. For its SDK client: `read` leaves every failure to that. */
export function failureCounter(metrics: Metrics, dependency: AwsDependency): FailedCall {
  return (error) => {
    const name = error instanceof Error ? error.name : "";
    const isFailure = name !== abandoned && !answers[dependency].includes(name);
    if (isFailure) metrics.record("DependencyFailures", 1, dependency);
    throw error;
  };
}
