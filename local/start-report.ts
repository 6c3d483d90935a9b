import { formatTable } from "./format-table.ts";
import type { LocalStack } from "./stack.ts";

/** Where everything is. */
export function addressTable(stack: LocalStack): string {
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

/** What can be done with it. */
export function usageHints({ providers }: LocalStack, envFile: string): string {
  return [
    "Try it from another terminal:",
    "  unset AWS_PROFILE AWS_SESSION_TOKEN",
    `  set -a; source ${envFile}; set +a`,
    "  npm run vend -- vend conferma/sandbox/default",
    "  npm run vend -- status",
    "  npm run vend -- secret check static-key/acme/default",
    "  npm run vend -- who conferma/sandbox/default",
    "",
    "Or over HTTP: vend, reject, list every connection's status, begin a consent:",
    "  api=$TOKEN_VENDING_URL/v1",
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
