import path from "node:path";
import { parseArgs } from "node:util";
import { realmName } from "../functions/model/connection.ts";
import { jsonLog } from "../functions/platform/json-log.ts";
import { readRealmSummaries, summarizeRealm } from "../functions/providers/catalogue.ts";
import type { HttpRoute } from "./aws/api-gateway/http-api-event.ts";
import { LOCAL_LOCATION } from "./aws/arns.ts";
import type { DynamoDbAnswer } from "./aws/dynamodb/dynamodb.ts";
import { consentInstructions } from "./consent-links.ts";
import { startLocalConsole } from "./console/local-console.ts";
import { formatTable } from "./format-table.ts";
import type { LocalRealm } from "./local-realm.ts";
import type { LocalStack } from "./stack.ts";
import { startStack } from "./stack.ts";
import { tableEvents } from "./table-events.ts";
import { createVendClient } from "./vend-client.ts";
import { vendFromAll } from "./vend-from-all.ts";

const usage = `npm start -- [options]

  --fresh               delete the data of earlier runs
  --folder <path>       where data, secrets and keys are kept between runs
                        (default: .local)
  --once                vend from every connection, then stop
  --logs                show the functions' logs
  --requests            show every request to AWS, and its principal
  --http-port <port>    default: a free port; so for --consents-port,
                        --console-port, --lambda-port, --dynamodb-port, --secrets-port,
                        --kms-port and --logs-port
  --help                this text
`;

const options = {
  fresh: { type: "boolean", default: false },
  folder: { type: "string", default: path.join(import.meta.dirname, "..", ".local") },
  once: { type: "boolean", default: false },
  logs: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
  requests: { type: "boolean", default: false },
  "consents-port": { type: "string" },
  "console-port": { type: "string" },
  "http-port": { type: "string" },
  "lambda-port": { type: "string" },
  "dynamodb-port": { type: "string" },
  "secrets-port": { type: "string" },
  "kms-port": { type: "string" },
  "logs-port": { type: "string" },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  let onTableAnswer: (answer: DynamoDbAnswer) => void = () => {};
  let onConsentCallback: (route: HttpRoute) => Promise<void> = async () => {};
  console.log("Starting the AWS emulation and the provider simulators …");
  const stack = await startStack({
    folder: path.resolve(values.folder),
    fresh: values.fresh,
    ports: {
      ...parsePort("http", values["http-port"]),
      ...parsePort("consents", values["consents-port"]),
      ...parsePort("lambda", values["lambda-port"]),
      ...parsePort("dynamoDb", values["dynamodb-port"]),
      ...parsePort("secretsManager", values["secrets-port"]),
      ...parsePort("kms", values["kms-port"]),
      ...parsePort("logs", values["logs-port"]),
    },
    onLog: ({ stream, text }) => {
      if (values.logs || stream === "stderr") console.log(text.trimEnd());
    },
    onRequest: ({ action, principal }) => {
      if (values.requests) console.log(`${action}  ${principal}`);
    },
    onTableAnswer: (answer) => onTableAnswer(answer),
    onPage: (route) => void onConsentCallback(route),
  });
  onTableAnswer = printedEvents(stack.providers.realms);
  const { console: consolePort = 0 } = parsePort("console", values["console-port"]);
  const page = await startLocalConsole(stack, consolePort);
  const stopped = stopOnSignal([page, stack]);
  console.log(`\n${addressTable(stack)}\n`);

  await vendAndPrint(stack, stack.providers.realms, { printsLinks: !values.once });
  if (values.once) {
    await page.stop();
    return stack.stop();
  }
  onConsentCallback = ({ routeKey }) => {
    const realms = stack.providers.realms.filter(({ settings: { provider, environment } }) =>
      routeKey.endsWith(`/callback/${provider}/${environment}`),
    );
    return realms.length > 0
      ? vendAndPrint(stack, realms, { printsLinks: true })
      : Promise.resolve();
  };
  console.log(
    `${usageHints(stack)}\n\nThe console, to look and to break things:\n  ${page.link}\n\nTokens and secrets are kept in ${values.folder}.\nPress Ctrl-C to stop.`,
  );
  await stopped;
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
  stack: LocalStack,
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

function parsePort(name: string, text: string | undefined): Record<string, number> {
  if (text === undefined) return {};
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return { [name]: port };
  throw new RangeError(`${text} is not a port.`);
}

function addressTable(stack: LocalStack): string {
  const { http, consentHost, lambda, dynamoDb, secretsManager, kms, logs, providers } = stack;
  const { conferma, sendPayments, cfis, centrapay, oauthServer, keyServer } = providers;
  const { centrapayUser, connectPay, authorizationServer } = providers;
  return formatTable(
    ["service", "address"],
    [
      ["HTTP API, for signed requests", http.url],
      ["consent pages", consentHost.browserUrl],
      ["Lambda Invoke API", lambda.url],
      ["DynamoDB API", dynamoDb.url],
      ["Secrets Manager API", secretsManager.url],
      ["KMS API", kms.url],
      ["CloudWatch Logs API", logs.url],
      ["Conferma", conferma.url],
      ["Send Payments", sendPayments.url],
      ["CFIS", cfis.url],
      ["Centrapay", centrapay.url],
      ["OAuth server (client credentials)", oauthServer.url],
      ["API with static keys", keyServer.url],
      ["Centrapay login", centrapayUser.url],
      ["ConnectPay", connectPay.url],
      ["OpenID provider", authorizationServer.url],
    ],
  );
}

function usageHints({
  dynamoDb,
  http,
  identities,
  lambda,
  logs,
  providers,
  secretsManager,
}: LocalStack): string {
  const { accessKeyId, secretAccessKey } = identities.operator.keys;
  return [
    "Try it from another terminal, with the operator's access keys:",
    `  export AWS_ACCESS_KEY_ID=${accessKeyId}`,
    `  export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    `  export AWS_REGION=${LOCAL_LOCATION.region}`,
    `  export AWS_ENDPOINT_URL_LAMBDA=${lambda.url}`,
    `  export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=${logs.url}`,
    `  export AWS_ENDPOINT_URL_SECRETS_MANAGER=${secretsManager.url}`,
    `  export AWS_ENDPOINT_URL_DYNAMODB=${dynamoDb.url}`,
    "  npm run vend -- vend conferma/sandbox/default",
    "  npm run vend -- status",
    "  npm run vend -- secret check static-key/acme/default",
    "  npm run vend -- who conferma/sandbox/default",
    "",
    "Or over HTTP: vend, reject, list every connection's status, begin a consent:",
    `  api=${http.url}/v1`,
    '  signed() { curl --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\',
    '    --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" "$@"; }',
    "  signed $api/tokens/conferma/sandbox/default",
    "  signed $api/tokens/conferma/sandbox/default/rejections -d '{\"version\":1}'",
    "  signed $api/connections",
    "  signed -X POST $api/consents/connectpay/stage/default",
    "",
    "What the simulated provider has been asked:",
    `  curl ${providers.conferma.url}/__journal`,
  ].join("\n");
}

/** Stops these one after the other. */
function stopOnSignal(started: readonly { stop(): Promise<void> }[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopAll = async () => {
      for (const part of started) await part.stop();
    };
    const stop = () => stopAll().then(resolve, reject);
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
  });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
