import { problemOf } from "../../functions/http/problem.ts";
import { problemCodes, VendingError } from "../../functions/model/errors.ts";

/** What callers are told of each problem. */
export function problemTable(): string {
  const rows = problemCodes.map((code) => {
    const { status, title, retryable } = problemOf(new VendingError(code, ""), null);
    const waiting = problemOf(new VendingError(code, "", 1), null);
    const when =
      waiting.retryable === retryable ? yesOrNo(retryable) : "when told how long to wait";
    return `| [\`${code}\`](operations.md#${code}) | ${status} | ${when} | ${title} |`;
  });
  return ["| code | status | retryable | title |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function yesOrNo(value: boolean): string {
  return value ? "yes" : "no";
}
