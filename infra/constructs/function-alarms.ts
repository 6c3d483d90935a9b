import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { sumOfFunctions } from "./realm-metrics.ts";
import type { AlarmDefinition } from "./token-alarm.ts";

/** What Lambda itself says of functions, whichever they are. */
export function functionAlarms(functions: readonly IFunction[]): AlarmDefinition[] {
  return [
    {
      kind: "errors",
      meaning: "A function failed instead of answering.",
      metric: sumOfFunctions(functions, "Errors"),
      greaterThan: 0,
    },
    {
      kind: "throttles",
      meaning: "Lambda has no room for a function.",
      metric: sumOfFunctions(functions, "Throttles"),
      greaterThan: 0,
    },
  ];
}
