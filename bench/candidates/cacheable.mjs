// Cache-aside over two layers, memory and DynamoDB: https://cacheable.org/docs/cacheable
import { createKeyv } from "@keyv/dynamo";
import { Cacheable } from "cacheable";
import { requestToken } from "./request-token.mjs";
import { rememberTokens } from "./token-memory.mjs";

/** @param {import("./candidate.ts").CandidateOptions} options */
export async function open({ storeUrl }) {
  const secondary = createKeyv({ endpoint: storeUrl, tableName: "Cache" });
  const cache = new Cacheable({ secondary });
  return {
    vend: rememberTokens(async (connection) => {
      const held = await cache.get(connection.account);
      if (held && Date.now() < held.expiresAt) return held;
      const token = await requestToken(connection);
      await cache.set(connection.account, token, token.expiresAt - Date.now());
      return token;
    }),
  };
}
