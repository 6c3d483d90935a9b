import { realmName } from "../functions/model/connection.ts";
import { declarationOf, needsConsent } from "../functions/providers/catalogue.ts";
import { formatTable } from "./format-table.ts";
import type { AnyLocalStack } from "./stack.ts";
import { proofDemandOf } from "./vend-client.ts";
import { wrapText } from "./wrap-text.ts";

/** Where everything is. */
export function addressTable(stack: AnyLocalStack): string {
  const { http, consentHost, lambda, dynamoDb, secretsManager, kms, logs, providers } = stack;
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
      ...providers.addresses.map((row) => [...row]),
    ],
  );
}

/** What is not as the declared providers have it; empty if all of it is. */
export function gapsInPlay({ providers: { notPlayed } }: AnyLocalStack): string {
  if (notPlayed.length === 0) return "";
  return [
    "Not played on this machine:",
    ...notPlayed.map((gap) => wrapText(gap, "  ", "    ")),
  ].join("\n");
}

/** What can be done with it. */
export function usageHints({ providers: { realms } }: AnyLocalStack, envFile: string): string {
  const named = realms.map(({ settings, simulator, pingUrl }) => ({
    ...{ name: realmName(settings), asked: simulator.url },
    // Tokens that are bound to a key are vended for a named request only.
    ...("dpop" in settings && settings.dpop && proofDemandOf({ pingUrl })),
    needsConsent: needsConsent(settings.provider),
    hasKey: declarationOf(settings.provider).credential.type === "static-key",
  }));
  const [any] = named;
  const tried = named.find((realm) => !realm.needsConsent) ?? any;
  const { name = "", asked = "", proofFor } = tried ?? {};
  const query = proofFor === undefined ? "" : `?proofFor=${encodeURIComponent(proofFor)}`;
  const key = named.findLast((realm) => realm.hasKey)?.name ?? name;
  const consents = named.filter((realm) => realm.needsConsent).slice(0, 1);
  return [
    "Try it from another terminal:",
    "  unset AWS_PROFILE AWS_SESSION_TOKEN",
    `  set -a; source ${envFile}; set +a`,
    `  npm run vend -- vend ${name}/default`,
    "  npm run vend -- status",
    `  npm run vend -- secret check ${key}/default`,
    `  npm run vend -- who ${name}/default`,
    "",
    "Or over HTTP: vend, reject, list every connection's status, begin a consent:",
    "  api=$TOKEN_VENDING_URL/v1",
    '  signed() { curl --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\',
    '    --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" "$@"; }',
    `  signed "$api/tokens/${name}/default${query}"`,
    `  signed $api/tokens/${name}/default/rejections -d '${JSON.stringify({ version: 1, proofFor })}'`,
    "  signed $api/connections",
    ...consents.map((realm) => `  signed -X POST $api/consents/${realm.name}/default`),
    "",
    "What the simulated provider has been asked:",
    `  curl ${asked}/__journal`,
  ].join("\n");
}
