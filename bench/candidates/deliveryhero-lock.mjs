// A lease longer than the provider takes, and the other processes looking every 50 ms. Not extended while it is held:
// an extension that a release overtakes ends the process with a rejection that nobody handles.
import { dynamoDBLockClientFactory } from "@deliveryhero/dynamodb-lock";
import { requestToken } from "./request-token.mjs";
import { document, readToken, storeToken } from "./stored-tokens.mjs";
import { rememberTokens } from "./token-memory.mjs";

const lockOptions = {
  leaseDurationInMs: 2000,
  prolongLeaseEnabled: false,
  trustLocalTime: true,
  waitDurationInMs: 50,
};

export async function open() {
  const locks = dynamoDBLockClientFactory(document, {
    tableName: "GroupedLocks",
  });
  return {
    vend: rememberTokens(async (connection) => {
      const { account } = connection;
      const held = await readToken(account);
      if (held) return held;
      const lock = await locks.lock("tokens", account, lockOptions);
      try {
        const stored = await readToken(account);
        return stored ?? (await storeToken(account, await requestToken(connection)));
      } finally {
        await locks.releaseLock(lock);
      }
    }),
  };
}
