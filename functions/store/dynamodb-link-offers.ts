import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { RealmId } from "../model/connection.ts";
import { realmName } from "../model/connection.ts";
import type { LinkOffer, LinkOffers } from "../model/link-offers.ts";
import type { Item } from "./attributes.ts";
import {
  binaryOf,
  count,
  DamagedAttribute,
  instant,
  instantOf,
  text,
  textOf,
} from "./attributes.ts";
import { getItemInput, neverSeen, unavailable, updateItem } from "./conditional-write.ts";

/** Offers of links, in the token table, under keys of their realm. */
export function dynamoDbLinkOffers(
  client: DynamoDBClient,
  tableName: string,
  realm: RealmId,
): LinkOffers {
  /** No account begins with `~`. Not among the pending consents, which a public function can change. */
  const keyOf = (account: string) => `${realmName(realm)}/~offer/${account}`;

  return {
    async read(account, signal) {
      const command = new GetItemCommand(getItemInput(tableName, keyOf(account)));
      const { Item: item } = await client.send(command, { abortSignal: signal }).catch((error) => {
        throw unavailable(error);
      });
      return item ? offerOf(account, item) : null;
    },

    async replace({ account, pendingId, madeAt, expiresAt, sealed }, seen, signal) {
      const command = new UpdateItemCommand(
        updateItem(tableName, keyOf(account), {
          set: {
            pendingId: text(pendingId),
            madeAt: instant(madeAt),
            expiresAt: instant(expiresAt),
            sealedLink: { B: sealed },
            // DynamoDB removes the row some time after `ttl`, which is in seconds.
            ttl: count(Math.ceil(expiresAt.getTime() / 1000)),
          },
          // My own write, which the SDK repeats without an answer, succeeds again.
          onlyIf: `${neverSeen} OR attribute_not_exists(#pendingId) OR #pendingId IN (:mine, :seen)`,
          given: { mine: text(pendingId), seen: text(seen?.pendingId ?? pendingId) },
        }),
      );
      try {
        await client.send(command, { abortSignal: signal });
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw unavailable(error);
      }
    },
  };
}

/** A damaged row is an offer that ended long ago, so that it is replaced. */
function offerOf(account: string, item: Item): LinkOffer {
  try {
    return {
      account,
      pendingId: textOf(item, "pendingId"),
      madeAt: instantOf(item, "madeAt"),
      expiresAt: instantOf(item, "expiresAt"),
      sealed: binaryOf(item, "sealedLink"),
    };
  } catch (error) {
    if (!(error instanceof DamagedAttribute)) throw error;
    const longAgo = new Date(0);
    const pendingId = item["pendingId"]?.S ?? "";
    return { account, pendingId, madeAt: longAgo, expiresAt: longAgo, sealed: new Uint8Array() };
  }
}
