import { expect, test } from "vitest";
import type { Measure, MeasuredPart } from "../../functions/model/metrics.ts";
import { failureCounter } from "../../functions/platform/aws-connection.ts";

type Service = Parameters<typeof failureCounter>[1];

/** What is counted of a call that failed with an error of this name. */
function counted(service: Service, name: string): unknown[] {
  const measured: unknown[] = [];
  const record = (measure: Measure, value: number, part?: MeasuredPart) =>
    void measured.push([measure, value, part]);
  const error = Object.assign(new Error("message"), { name });
  expect(() => failureCounter({ record }, service)(error)).toThrow(error);
  return measured;
}

test.each([
  ["dynamodb", "ResourceNotFoundException"],
  ["dynamodb", "AccessDeniedException"],
  ["dynamodb", "TimeoutError"],
  ["dynamodb", "ThrottlingException"],
  ["kms", "DisabledException"],
  ["kms", "AccessDeniedException"],
  ["secrets-manager", "AccessDeniedException"],
  ["secrets-manager", "InternalServiceError"],
  ["eventbridge", "ResourceNotFoundException"],
  ["eventbridge", "InternalException"],
] as const)("%s fails with %s", (service, name) => {
  expect(counted(service, name)).toEqual([["DependencyFailures", 1, service]]);
});

test.each([
  ["dynamodb", "ConditionalCheckFailedException"],
  ["kms", "InvalidCiphertextException"],
  ["kms", "IncorrectKeyException"],
  ["secrets-manager", "ResourceNotFoundException"],
  ["secrets-manager", "InvalidRequestException"],
  ["dynamodb", "AbortError"],
] as const)("%s has not failed that answers %s, or whose caller has gone", (service, name) => {
  expect(counted(service, name)).toEqual([]);
});

test("what is thrown without being an Error is a failure too, and thrown again", () => {
  const measured: unknown[] = [];
  const fail = failureCounter({ record: (...args) => void measured.push(args) }, "kms");
  expect(() => fail("text")).toThrow("text");
  expect(measured).toEqual([["DependencyFailures", 1, "kms"]]);
});
