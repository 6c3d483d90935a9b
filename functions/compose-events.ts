import { composeStatus } from "./compose.ts";
import type { NoticeDependencies } from "./events/give-notices.ts";
import type { PublishDependencies } from "./events/publish-changes.ts";
import { realmName } from "./model/connection.ts";
import { failureCounter } from "./platform/aws-connection.ts";
import type { EmfMetrics } from "./platform/emf-metrics.ts";
import type { Variables } from "./platform/environment.ts";
import { readBusName } from "./platform/environment.ts";

/** The dependencies of `publish-events`, which can open nothing that is sealed. Fails with a `StartUpError`. */
export async function composeEvents(variables: Variables): Promise<{
  dependencies: PublishDependencies & NoticeDependencies;
  /** To be flushed when an invocation ends. */
  metrics: Pick<EmfMetrics, "flush">;
}> {
  const busName = readBusName(variables);
  const status = await composeStatus(variables, "publish-events");
  const { reader, tableName, aws, clock, log, metrics } = status;
  const { openEventBus } = await import("./bus/eventbridge-bus.ts");
  const { openDynamoDb } = await import("./store/sdk-item-table.ts");
  const { dynamoDbNotices } = await import("./store/dynamodb-notices.ts");
  const options = await aws.sdkOptions();
  const realms = new Map(status.realms.map((realm) => [realmName(realm), realm]));
  const metricsByRealm = new Map(
    [...realms.keys()].map((realm) => [realm, status.metricsOf(realm)] as const),
  );
  return {
    dependencies: {
      ...{ realms, reader, clock, log },
      bus: openEventBus(options, busName, metrics),
      notices: dynamoDbNotices(
        openDynamoDb(options, failureCounter(metrics, "dynamodb")),
        tableName,
      ),
      metricsOf: (realm) => metricsByRealm.get(realm) ?? metrics,
    },
    metrics: {
      flush() {
        for (const each of [metrics, ...metricsByRealm.values()]) each.flush();
      },
    },
  };
}
