// A "fail open" lock with heartbeats, on the SDK's second version, which it asks for.
import { promisify } from "node:util";
import AWS from "aws-sdk";
import DynamoDBLockClient from "dynamodb-lock-client";
import { requestToken } from "./request-token.mjs";
import { readToken, storeToken } from "./stored-tokens.mjs";
import { rememberTokens } from "./token-memory.mjs";

/** @param {import("./candidate.ts").CandidateOptions} options */
export async function open({ storeUrl }) {
  const locks = new DynamoDBLockClient.FailOpen({
    dynamodb: new AWS.DynamoDB.DocumentClient({ endpoint: storeUrl }),
    lockTable: "PeerLocks",
    partitionKey: "id",
    heartbeatPeriodMs: 150,
    leaseDurationMs: 500,
    trustLocalTime: true,
    retryCount: 100,
  });
  const acquire = promisify(locks.acquireLock.bind(locks));
  return {
    vend: rememberTokens(async (connection) => {
      const { account } = connection;
      const held = await readToken(account);
      if (held) return held;
      const lock = await acquire(`tokens/${account}`);
      // It would end the process otherwise.
      lock.on("error", () => undefined);
      try {
        const stored = await readToken(account);
        return stored ?? (await storeToken(account, await requestToken(connection)));
      } finally {
        await promisify(lock.release.bind(lock))();
      }
    }),
  };
}
