import type { LambdaClient } from "@aws-sdk/client-lambda";

/**
 * Compares a clock with AWS's, by the `Date` of each answer that the client gets. The function that it returns tells by how
 * many milliseconds the clock is ahead; behind, if negative; null before the first answer.
 */
export function clockComparison(client: LambdaClient, now: () => Date): () => number | null {
  let aheadMs: number | null = null;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers = {} } = Object(result.response) as { headers?: Record<string, string> };
      const statedAt = Date.parse(headers["date"] ?? "");
      if (Number.isFinite(statedAt)) aheadMs = Number(now()) - statedAt;
      return result;
    },
    { step: "deserialize", priority: "low", name: "readDate" },
  );
  return () => aheadMs;
}
