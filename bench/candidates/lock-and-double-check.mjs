// The shape of Nango's refresh: a lock with a time to live, polled every 50 ms, and a second look once it is held.
import { setTimeout as sleep } from "node:timers/promises";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { requestToken } from "./request-token.mjs";
import { document, readToken, storeToken } from "./stored-tokens.mjs";
import { rememberTokens } from "./token-memory.mjs";

const TableName = "PeerLocks";
const lockMs = 10_000;
const pollMs = 50;
const patienceMs = 12_000;

async function tryLock(id, owner) {
  const now = Date.now();
  try {
    await document.put({
      TableName,
      Item: { id, owner, expiresAt: now + lockMs },
      ConditionExpression: "attribute_not_exists(id) OR expiresAt < :now",
      ExpressionAttributeValues: { ":now": now },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

async function unlock(id, owner) {
  await document.delete({
    TableName,
    Key: { id },
    ConditionExpression: "#owner = :owner",
    ExpressionAttributeNames: { "#owner": "owner" },
    ExpressionAttributeValues: { ":owner": owner },
  });
}

async function issueLocked(connection, owner) {
  const { account } = connection;
  try {
    return (
      (await readToken(account)) ?? (await storeToken(account, await requestToken(connection)))
    );
  } finally {
    await unlock(account, owner);
  }
}

async function tokenOf(connection) {
  const held = await readToken(connection.account);
  if (held) return held;
  const owner = crypto.randomUUID();
  const until = Date.now() + patienceMs;
  while (Date.now() < until) {
    if (await tryLock(connection.account, owner)) return issueLocked(connection, owner);
    await sleep(pollMs);
  }
  throw new Error("not locked in time");
}

export async function open() {
  return { vend: rememberTokens(tokenOf) };
}
