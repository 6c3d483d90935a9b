import path from "node:path";
import { parseArgs } from "node:util";
import type { HttpRoute } from "./aws/api-gateway/http-api-event.ts";
import { LOCAL_LOCATION } from "./aws/arns.ts";
import { invitationToConsent } from "./consent-links.ts";
import { formatTable } from "./format-table.ts";
import type { LocalRealm } from "./local-realm.ts";
import type { LocalStack } from "./stack.ts";
import { startStack } from "./stack.ts";
import { vendClient } from "./vend-client.ts";
import { vendFromEach } from "./vend-from-each.ts";

const usage = `npm start -- [options]

  --fresh               forget what earlier runs stored
  --folder <path>       where data, secrets and keys stay between runs (.local)
  --once                vend from every connection, then stop
  --logs                show what the functions log
  --requests            show every request to AWS, and who made it
  --http-port, --consents-port, --lambda-port, --dynamodb-port, --secrets-port, --kms-port <port>
                        free ones are chosen for what is unsaid
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
  "http-port": { type: "string" },
  "lambda-port": { type: "string" },
  "dynamodb-port": { type: "string" },
  "secrets-port": { type: "string" },
  "kms-port": { type: "string" },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  let whenConsented: (route: HttpRoute) => Promise<void> = async () => {};
  console.log("Starting AWS and the providers on this machine …");
  const stack = await startStack({
    folder: path.resolve(values.folder),
    fresh: values.fresh,
    ports: {
      ...portOf("http", values["http-port"]),
      ...portOf("consents", values["consents-port"]),
      ...portOf("lambda", values["lambda-port"]),
      ...portOf("dynamoDb", values["dynamodb-port"]),
      ...portOf("secretsManager", values["secrets-port"]),
      ...portOf("kms", values["kms-port"]),
    },
    onLog: ({ stream, text }) => {
      if (values.logs || stream === "stderr") console.log(text.trimEnd());
    },
    onRequest: ({ action, principal }) => {
      if (values.requests) console.log(`${action}  ${principal}`);
    },
    onPage: (route) => void whenConsented(route),
  });
  const stopped = stopOnSignal(stack);
  console.log(`\n${addresses(stack)}\n`);

  await show(stack, stack.providers.realms, { invites: !values.once });
  if (values.once) return stack.stop();
  whenConsented = ({ routeKey }) => {
    const realms = stack.providers.realms.filter(({ settings: { provider, environment } }) =>
      routeKey.endsWith(`/callback/${provider}/${environment}`),
    );
    return realms.length > 0 ? show(stack, realms, { invites: true }) : Promise.resolve();
  };
  console.log(
    `${invitation(stack)}\n\nCtrl-C stops everything; what was vended stays in ${values.folder}.`,
  );
  await stopped;
}

/** What these realms vend now, and what a person can do about those that wait. */
async function show(
  stack: LocalStack,
  realms: readonly LocalRealm[],
  { invites }: { readonly invites: boolean },
): Promise<void> {
  const client = vendClient(stack.lambda.url, stack.identities.consumer.keys);
  const { table, waiting } = await vendFromEach(stack, client, realms);
  client.close();
  console.log(`${table}\n`);
  if (invites && waiting.length > 0) console.log(`${await invitationToConsent(stack, waiting)}\n`);
}

function portOf(name: string, text: string | undefined): Record<string, number> {
  if (text === undefined) return {};
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return { [name]: port };
  throw new RangeError(`${text} is not a port.`);
}

function addresses(stack: LocalStack): string {
  const { http, consentHost, lambda, dynamoDb, secretsManager, kms, providers } = stack;
  const { conferma, sendPayments, cfis, centrapay, oauthServer, keyServer } = providers;
  const { centrapayUser, connectPay, authorizationServer } = providers;
  return formatTable(
    ["what", "address"],
    [
      ["HTTP API, for signed requests", http.url],
      ["pages of consents", consentHost.browserUrl],
      ["Lambda Invoke API", lambda.url],
      ["DynamoDB API", dynamoDb.url],
      ["Secrets Manager API", secretsManager.url],
      ["KMS API", kms.url],
      ["Conferma", conferma.url],
      ["Send Payments", sendPayments.url],
      ["CFIS", cfis.url],
      ["Centrapay", centrapay.url],
      ["an RFC 6749 server", oauthServer.url],
      ["an API with keys", keyServer.url],
      ["Centrapay's login", centrapayUser.url],
      ["ConnectPay", connectPay.url],
      ["an OpenID provider", authorizationServer.url],
    ],
  );
}

function invitation({ http, identities, lambda, providers }: LocalStack): string {
  const { accessKeyId, secretAccessKey } = identities.operator.keys;
  const api = `${http.url}/v1`;
  return [
    "Try it, as the operator of this machine:",
    `  signed() { curl --aws-sigv4 aws:amz:${LOCAL_LOCATION.region}:execute-api --user ${accessKeyId}:${secretAccessKey} "$@"; }`,
    `  signed ${api}/tokens/conferma/sandbox/default`,
    `  signed ${api}/tokens/conferma/sandbox/default/rejections -d '{"version":1}'`,
    `  signed ${api}/connections                      the state of each`,
    `  signed -X POST ${api}/consents/connectpay/stage/default     a link for a person`,
    `  curl ${providers.conferma.url}/__journal                what the provider saw`,
    "",
    "Or by the command line, in another terminal:",
    `  export AWS_ENDPOINT_URL_LAMBDA=${lambda.url} AWS_REGION=${LOCAL_LOCATION.region} AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    "  npm run vend -- vend conferma/sandbox/default",
  ].join("\n");
}

function stopOnSignal(stack: LocalStack): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => stack.stop().then(resolve, reject);
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
