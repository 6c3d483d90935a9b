import type { ListSecretsRequest } from "@aws-sdk/client-secrets-manager";
import { AwsError } from "../json-protocol/aws-json.ts";
import type { SecretRecord } from "./secret-record.ts";

/** In order of name, a page at a time; of AWS's filters only the one on names. */
export function listSecrets(
  secrets: readonly SecretRecord[],
  input: ListSecretsRequest,
): { page: SecretRecord[]; nextToken: string | undefined } {
  const prefixes = namePrefixes(input);
  const listed = secrets
    .filter((secret) => input.IncludePlannedDeletion || !secret.deletionAt)
    .filter(({ name }) => prefixes.every((any) => any.some((prefix) => name.startsWith(prefix))))
    .filter(({ name }) => name > (input.NextToken ?? ""))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const page = listed.slice(0, input.MaxResults ?? 100);
  return { page, nextToken: page.length < listed.length ? page.at(-1)?.name : undefined };
}

function namePrefixes({ Filters = [] }: ListSecretsRequest): string[][] {
  return Filters.map(({ Key, Values = [] }) => {
    if (Key === "name") return Values;
    throw new AwsError("NotImplementedLocally", `No filter on ${Key} is built here`, {
      status: 501,
    });
  });
}
