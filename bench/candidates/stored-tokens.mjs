import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";

export const document = DynamoDBDocument.from(new DynamoDBClient({}));

/** What the users of a lock keep beside it: the token that the last holder stored, if it has not expired. */
export async function readToken(account) {
  const { Item } = await document.get({
    TableName: "PeerTokens",
    Key: { id: account },
    ConsistentRead: true,
  });
  return Item && Date.now() < Item.expiresAt ? Item : null;
}

export async function storeToken(account, token) {
  await document.put({ TableName: "PeerTokens", Item: { id: account, ...token } });
  return token;
}
