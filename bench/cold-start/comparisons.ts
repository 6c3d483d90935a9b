import type { CandidateName } from "../candidates/candidate.ts";

/** A Lambda that reads one item and does nothing else. */
export const plainClient: CandidateName = {
  id: "plain-client",
  title: "plain DynamoDB client",
  packages: ["@aws-sdk/client-dynamodb"],
};

/** The same read with what the documentation of its packages has one write around it. */
export const documentedStack: CandidateName = {
  id: "documented-stack",
  title: "Powertools, zod, middy",
  packages: [
    ...["idempotency", "logger", "metrics", "tracer"].map(
      (name) => `@aws-lambda-powertools/${name}`,
    ),
    ...["zod", "@middy/core", "@aws-sdk/client-dynamodb"],
  ],
};
