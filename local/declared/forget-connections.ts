import { DeleteItemCommand, DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { LOCAL_LOCATION } from "../aws/arns.ts";
import type { AccessKeys } from "../aws/sigv4/principals.ts";

/**
 * Removes the connections of these realms (`provider/environment`) from a table, but for those that are frozen. A server
 * that begins anew knows no token of an earlier run: it would refuse each, and after some starts in a row that looks as if
 * somebody else were issuing for the same client.
 */
export async function forgetConnections(
  endpoint: string,
  TableName: string,
  realms: readonly string[],
  credentials: AccessKeys,
): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: LOCAL_LOCATION.region, credentials });
  try {
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
      for (const { pk, frozen } of Items) {
        const isForgotten = frozen === undefined && isConnectionOf(realms, pk?.S ?? "");
        if (pk && isForgotten) await client.send(new DeleteItemCommand({ TableName, Key: { pk } }));
      }
    }
  } finally {
    client.destroy();
  }
}

/** What else belongs to a realm has keys that no account can have. */
function isConnectionOf(realms: readonly string[], key: string): boolean {
  const [, realm = "", account = ""] = /^([^/]+\/[^/]+)\/([^/]+)$/.exec(key) ?? [];
  return realms.includes(realm) && !account.startsWith("~");
}
