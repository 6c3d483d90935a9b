import path from "node:path";
import { parseArgs } from "node:util";
import { LOCAL_PLACE } from "./aws/arns.ts";
import { formatTable } from "./format-table.ts";
import type { LocalStack } from "./stack.ts";
import { startStack } from "./stack.ts";
import { vendClient } from "./vend-client.ts";
import { vendEverything } from "./vend-everything.ts";

const usage = `npm start -- [options]

  --fresh               forget what earlier runs stored
  --folder <path>       where data, secrets and keys stay between runs (.local)
  --once                vend from every connection, then stop
  --logs                show what the functions log
  --http-port, --lambda-port, --dynamodb-port, --secrets-port, --kms-port <port>
                        free ones are chosen for what is unsaid
  --help                this text
`;

const options = {
  fresh: { type: "boolean", default: false },
  folder: { type: "string", default: path.join(import.meta.dirname, "..", ".local") },
  once: { type: "boolean", default: false },
  logs: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
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
  console.log("Starting AWS and the providers on this machine …");
  const stack = await startStack({
    folder: path.resolve(values.folder),
    fresh: values.fresh,
    ports: {
      ...portOf("http", values["http-port"]),
      ...portOf("lambda", values["lambda-port"]),
      ...portOf("dynamoDb", values["dynamodb-port"]),
      ...portOf("secretsManager", values["secrets-port"]),
      ...portOf("kms", values["kms-port"]),
    },
    onLog: ({ stream, text }) => {
      if (values.logs || stream === "stderr") console.log(text.trimEnd());
    },
  });
  const stopped = stopOnSignal(stack);
  console.log(`\n${addresses(stack)}\n`);

  const client = vendClient(stack.lambda.url);
  console.log(`${await vendEverything(stack, client)}\n`);
  client.close();
  if (values.once) return stack.stop();
  console.log(
    `${invitation(stack)}\n\nCtrl-C stops everything; what was vended stays in ${values.folder}.`,
  );
  await stopped;
}

function portOf(name: string, text: string | undefined): Record<string, number> {
  if (text === undefined) return {};
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return { [name]: port };
  throw new RangeError(`${text} is not a port.`);
}

function addresses(stack: LocalStack): string {
  const { http, lambda, dynamoDb, secretsManager, kms, providers } = stack;
  const { conferma, sendPayments, cfis, centrapay, oauthServer, keyServer } = providers;
  return formatTable(
    ["what", "address"],
    [
      ["HTTP API", http.url],
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
    ],
  );
}

function invitation({ http, lambda, providers }: LocalStack): string {
  return [
    "Try it:",
    `  curl ${http.url}/v1/tokens/conferma/sandbox/default`,
    `  curl -X POST ${http.url}/v1/tokens/conferma/sandbox/default/rejections -d '{"version":1}'`,
    `  curl ${providers.conferma.url}/__journal        what the provider saw`,
    "",
    "As an operator, in another terminal:",
    `  export AWS_ENDPOINT_URL_LAMBDA=${lambda.url} AWS_REGION=${LOCAL_PLACE.region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local`,
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
