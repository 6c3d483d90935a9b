import { setTimeout as sleep } from "node:timers/promises";
import type { ConsoleServer } from "../../cli/console/console-server.ts";
import { startConsoleServer } from "../../cli/console/console-server.ts";
import { operatorConsole } from "../../cli/console/operator-console.ts";
import { openDeployedFunctions } from "../../cli/deployed-functions.ts";
import { openLogReader } from "../../cli/log-reader.ts";
import { LOCAL_LOCATION } from "../aws/arns.ts";
import type { AnyLocalStack } from "../stack.ts";
import { createVendClient } from "../vend-client.ts";
import { localBreaker } from "./local-breaker.ts";

/** Serves the console of the local stack, as its operator, with buttons that break things. */
export async function startLocalConsole(
  stack: AnyLocalStack,
  port: number,
): Promise<ConsoleServer> {
  const { identities, lambda, logs, dynamoDb, tableName } = stack;
  const aws = {
    region: LOCAL_LOCATION.region,
    credentials: identities.operator.keys,
    endpoints: { lambda: lambda.url, logs: logs.url, dynamodb: dynamoDb.url },
  };
  const time = { now: () => new Date(), sleep: (ms: number) => sleep(ms) };
  const functions = openDeployedFunctions(undefined, time, aws);
  const logReader = openLogReader(aws);
  const client = createVendClient(lambda.url, identities.consumer.keys);
  const breaker = localBreaker(stack, client);
  const backend = operatorConsole({
    ...{ functions, aws, breaker, logs: logReader, table: tableName },
    now: time.now,
    place: "Local stack on this machine",
    // Earlier events have gone with the emulation that they were logged to.
    since: new Date(),
    ...{ statusEveryMs: 1000, logsEveryMs: 2000 },
  });
  const server = await startConsoleServer(backend, port);
  return {
    ...server,
    async stop() {
      breaker.setCallers(false);
      await server.stop();
      for (const open of [functions, logReader, client]) open.close();
    },
  };
}
