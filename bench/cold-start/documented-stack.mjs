// What the documentation of Powertools, middy and zod has one write around the same read.
import { IdempotencyConfig } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { makeHandlerIdempotent } from "@aws-lambda-powertools/idempotency/middleware";
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { Tracer } from "@aws-lambda-powertools/tracer";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import middy from "@middy/core";
import * as z from "zod";

const logger = new Logger({ serviceName: "tokens" });
const metrics = new Metrics({ namespace: "Tokens", serviceName: "tokens" });
const tracer = new Tracer({ serviceName: "tokens", enabled: false });
const client = tracer.captureAWSv3Client(new DynamoDBClient({}));
const persistenceStore = new DynamoDBPersistenceLayer({
  tableName: "Idempotency",
  awsSdkV3Client: client,
});
const config = new IdempotencyConfig({ eventKeyJmesPath: "idempotencyKey" });
const request = z.object({ account: z.string() });
const stored = z.object({ pk: z.object({ S: z.string() }) }).loose();

async function read(event) {
  const { account } = request.parse(event);
  const { Item } = await client.send(
    new GetItemCommand({
      TableName: process.env.TABLE_NAME,
      Key: { pk: { S: `client-credentials/bench/${account}` } },
      ConsistentRead: true,
    }),
  );
  metrics.addMetric("read", MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
  return stored.parse(Item);
}

export const handler = middy(read)
  .use(injectLambdaContext(logger))
  .use(makeHandlerIdempotent({ persistenceStore, config }));
