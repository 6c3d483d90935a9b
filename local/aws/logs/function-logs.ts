import type { LambdaFunction } from "../lambda/lambda-function.ts";
import { logGroupOf } from "../lambda/lambda-function.ts";
import type { LogLine } from "../lambda/lambda-host.ts";
import type { LogStore } from "./log-store.ts";

/** Writes what functions print to their log groups, each process to a stream of its own. */
export function functionLogs(
  { functions }: { readonly functions: readonly LambdaFunction[] },
  logs: Pick<LogStore, "createGroup" | "put">,
): (line: LogLine) => void {
  const groups = new Map(functions.map((fn) => [fn.name, logGroupOf(fn)]));
  for (const group of groups.values()) logs.createGroup(group);
  return ({ function: name, pid, text }) => logs.put(groups.get(name) ?? "", `local/${pid}`, text);
}
