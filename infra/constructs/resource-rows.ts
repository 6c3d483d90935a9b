import { Duration } from "aws-cdk-lib";
import type { IWidget } from "aws-cdk-lib/aws-cloudwatch";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { graph, searchFor } from "./dashboard-graphs.ts";

/** The resources below the realms, by the names under which CloudWatch has them. */
export interface WatchedResources {
  /** The beginning of every function's name. */
  readonly functionPrefix: string;
  readonly tableName: string;
  readonly failureQueue: IQueue;
  /** The REST API's name; none where there is no API. */
  readonly apiName?: string | undefined;
}

const quarter = { width: 6, height: 6 };

/** Rows of functions, API, table and dead-letter queue. */
export function resourceRows(watched: WatchedResources): IWidget[][] {
  const { apiName } = watched;
  return [
    functionRow(watched.functionPrefix),
    ...(apiName ? [apiRow(apiName)] : []),
    tableRow(watched.tableName),
    queueRow(watched.failureQueue),
  ];
}

/** Searches that find 500 metrics at most, which all functions of 200 realms are not. */
function functionRow(prefix: string): IWidget[] {
  const named = prefix.split("-").join(" ");
  const vending = `${named} NOT renew NOT consent`;
  const search = (name: string, statistic: string, ...which: readonly string[]) =>
    which.map((terms) => searchFor("AWS/Lambda,FunctionName", name, statistic, terms));
  const all = [vending, `${named} renew`, `${named} consent`];
  return [
    graph("Functions: errors", search("Errors", "Sum", ...all), quarter),
    graph("Functions: throttles", search("Throttles", "Sum", ...all), quarter),
    graph("vend-token: duration, p99, ms", search("Duration", "p99", vending), quarter),
    graph("vend-token: at once", search("ConcurrentExecutions", "Maximum", vending), quarter),
  ];
}

function apiRow(ApiName: string): IWidget[] {
  const of = metricsOf("AWS/ApiGateway", { ApiName });
  return [
    graph("API: requests", [of("Count", "Sum")], quarter),
    graph("API: refused before a function, or by it (4xx)", [of("4XXError", "Sum")], quarter),
    graph("API: failed (5xx)", [of("5XXError", "Sum")], quarter),
    graph("API: latency, p99, ms", [of("Latency", "p99")], quarter),
  ];
}

function tableRow(TableName: string): IWidget[] {
  const of = metricsOf("AWS/DynamoDB", { TableName });
  const byOperation = (name: string, statistic: string) =>
    ["GetItem", "UpdateItem", "Query"].map((Operation) =>
      metricsOf("AWS/DynamoDB", { TableName, Operation })(name, statistic, Operation),
    );
  return [
    graph(
      "Table: units",
      [of("ConsumedReadCapacityUnits", "Sum"), of("ConsumedWriteCapacityUnits", "Sum")],
      quarter,
    ),
    graph(
      "Table: throttled",
      [of("ReadThrottleEvents", "Sum"), of("WriteThrottleEvents", "Sum")],
      quarter,
    ),
    graph("Table: latency, p99, ms", byOperation("SuccessfulRequestLatency", "p99"), quarter),
    graph("Table: failures of DynamoDB", byOperation("SystemErrors", "Sum"), quarter),
  ];
}

function queueRow(queue: IQueue): IWidget[] {
  const period = Duration.minutes(5);
  return [
    graph("Failed ticks in the dead-letter queue", [
      queue.metricApproximateNumberOfMessagesVisible({ period }),
    ]),
    graph("Age of the oldest of them, s", [queue.metricApproximateAgeOfOldestMessage({ period })]),
  ];
}

function metricsOf(namespace: string, dimensionsMap: Readonly<Record<string, string>>) {
  const period = Duration.minutes(5);
  return (metricName: string, statistic: string, label: string = metricName) =>
    new Metric({
      ...{ namespace, metricName, statistic, period, label },
      dimensionsMap: { ...dimensionsMap },
    });
}
