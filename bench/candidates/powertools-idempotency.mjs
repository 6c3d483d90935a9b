// The request as an idempotent function whose record lives as long as a token; who meets one in progress tries again.
import { setTimeout as sleep } from "node:timers/promises";
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  makeIdempotent,
} from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { requestToken } from "./request-token.mjs";
import { rememberTokens } from "./token-memory.mjs";

const retryMs = 100;
const patienceMs = 10_000;

export async function open() {
  // A layer keeps the first configuration that it is given, so that each lifetime has one of its own.
  const byLifetime = new Map();

  function issueOnce({ lifetimeSeconds }) {
    const known = byLifetime.get(lifetimeSeconds);
    if (known) return known;
    const config = new IdempotencyConfig({
      expiresAfterSeconds: lifetimeSeconds,
      eventKeyJmesPath: "account",
      lambdaContext: { getRemainingTimeInMillis: () => patienceMs },
    });
    const persistenceStore = new DynamoDBPersistenceLayer({ tableName: "Idempotency" });
    const made = makeIdempotent(requestToken, { persistenceStore, config, dataIndexArgument: 0 });
    byLifetime.set(lifetimeSeconds, made);
    return made;
  }

  async function attempt(connection) {
    try {
      return await issueOnce(connection)(connection);
    } catch (error) {
      if (error instanceof IdempotencyAlreadyInProgressError) return null;
      throw error;
    }
  }

  return {
    vend: rememberTokens(async (connection) => {
      const until = Date.now() + patienceMs;
      while (Date.now() < until) {
        const token = await attempt(connection);
        // A record outlives its token by what the request took.
        if (token && Date.now() < token.expiresAt) return token;
        await sleep(retryMs * (0.5 + Math.random()));
      }
      throw new Error("still in progress");
    }),
  };
}
