import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { sumOver } from "./realm-metrics.ts";
import type { Wanted } from "./token-alarm.ts";

/** What Lambda itself says of functions, whichever they are. */
export function ofFunctions(functions: readonly IFunction[]): Wanted[] {
  return [
    {
      topic: "errors",
      meaning: "A function failed instead of answering.",
      metric: sumOver(functions, "Errors"),
      above: 0,
    },
    {
      topic: "throttles",
      meaning: "Lambda has no room for a function.",
      metric: sumOver(functions, "Throttles"),
      above: 0,
    },
  ];
}
