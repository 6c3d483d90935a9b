import { DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect, it, onTestFinished } from "vitest";
import { parseEmf } from "../support/emf.ts";
import { optionsOf } from "../support/kms.ts";
import type { TestStack } from "../support/stack.ts";
import { expectAnswer, expectProblem, versionOrCode } from "../support/stack-answers.ts";
import { canariesIn } from "../support/stack-canaries.ts";
import { clientCredentialsWorld, confermaWorld } from "../support/stack-realms.ts";
import type { VendProcess } from "../support/vend-process.ts";

const linesOf = (stack: TestStack) =>
  stack
    .printed()
    .split("\n")
    .filter((line) => line.includes('"_aws"'))
    .map(parseEmf);

/** How often a measure was counted, by its part. */
function countsOf(stack: TestStack, measure: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { parts, values } of linesOf(stack)) {
    const part = parts[measure];
    if (part) counts[part] = (counts[part] ?? 0) + Number(values[measure]);
  }
  return counts;
}

async function vendTen(process: VendProcess): Promise<string[]> {
  const codes: string[] = [];
  for (let n = 0; n < 10; n += 1) codes.push(expectProblem(await process.vend()).code);
  return codes;
}

const unavailable = Array.from({ length: 10 }, () => "store-unavailable");

it("a disabled KMS key is ten counted refusals of ten vends, and a line that names KMS and how it refuses (P15)", async () => {
  const { stack, realm } = await clientCredentialsWorld();
  const { token } = expectAnswer(await (await stack.start(realm, stack.kmsKey)).vend());
  const operator = new KMSClient(optionsOf(stack.kms));
  onTestFinished(() => operator.destroy());
  await operator.send(new DisableKeyCommand({ KeyId: stack.kmsKey.SEALING_KEY }));
  const process = await stack.start(realm, stack.kmsKey);

  expect(await vendTen(process)).toEqual(unavailable);

  expect(countsOf(stack, "Refusals")).toEqual({ "store-unavailable": 10 });
  expect(countsOf(stack, "Unserved")).toEqual({ ours: 10 });
  expect(countsOf(stack, "DependencyFailures")["kms"]).toBeGreaterThan(0);
  expect(stack.events("refused")).toMatchObject([
    {
      level: "warn",
      connection: "client-credentials/test/default",
      code: "store-unavailable",
      cause: { dependency: "kms", error: "DisabledException" },
    },
  ]);
  expect(canariesIn(stack.printed(), { token })).toEqual([]);
});

it("a renamed table is ten counted refusals of ten vends, and a line that names DynamoDB and how it refuses (P15)", async () => {
  const { stack, realm, secret, connection } = await confermaWorld();
  const process = await stack.start(realm, { TABLE_NAME: "renamed" });

  expect(await vendTen(process)).toEqual(unavailable);

  expect(countsOf(stack, "Refusals")).toEqual({ "store-unavailable": 10 });
  expect(countsOf(stack, "DependencyFailures")).toEqual({ dynamodb: 10 });
  expect(stack.events("refused")).toMatchObject([
    { connection, cause: { dependency: "dynamodb", error: "ResourceNotFoundException" } },
  ]);
  expect(canariesIn(stack.printed(), { ...secret })).toEqual([]);
});

it("a Secrets Manager that denies is counted and named, also where the failure is remembered (P15)", async () => {
  const { stack, realm } = await confermaWorld();
  stack.secretsManager.injectFault({ fault: "deny" }, 100);
  const process = await stack.start(realm);
  expect(versionOrCode(await process.vend())).toBe("secret-unavailable");
  const other = await stack.start(realm);
  expect(versionOrCode(await other.vend())).toBe("secret-unavailable");

  expect(countsOf(stack, "Refusals")).toEqual({ "secret-unavailable": 2 });
  expect(countsOf(stack, "DependencyFailures")["secrets-manager"]).toBeGreaterThan(0);
  const cause = { dependency: "secrets-manager", error: "AccessDeniedException" };
  expect(stack.events("refused")).toMatchObject([{ cause }, { cause }]);
});

it("a provider that fails is the provider's fault; what a caller does wrong reduces no availability", async () => {
  const { stack, realm, simulator } = await confermaWorld();
  simulator.injectFault({ kind: "respond", status: 503 });
  const process = await stack.start(realm);
  expect(versionOrCode(await process.vend())).toBe("provider-unavailable");
  expect(versionOrCode(await process.vend({ account: "nobody" }))).toBe("unknown-connection");
  expect(versionOrCode(await process.vend({ acount: "default" } as object))).toBe(
    "invalid-request",
  );

  expect(countsOf(stack, "Refusals")).toEqual({
    ...{ "provider-unavailable": 1, "unknown-connection": 1, "invalid-request": 1 },
  });
  expect(countsOf(stack, "Unserved")).toEqual({ provider: 1 });
  expect(countsOf(stack, "DependencyFailures")).toEqual({ provider: 1 });
});

it("the other functions count what they refuse too, the status under its own name (P15)", async () => {
  const { stack, realm } = await confermaWorld();
  const renew = await stack.startFunction("renew-tokens", realm, { TABLE_NAME: "renamed" });
  await renew.handle({ reseal: true });
  const status = await stack.startStatus([realm]);
  await status.handle({ cursor: "junk" });

  const refusals = linesOf(stack).filter(({ parts }) => "Refusals" in parts);
  expect(refusals.map((line) => [line.realm, line.parts["Refusals"]])).toEqual([
    ["conferma/test", "store-unavailable"],
    ["list-connections", "invalid-request"],
  ]);
});

it("a Secrets Manager that denies the check of a version is counted too (P15)", async () => {
  const { stack, realm } = await confermaWorld();
  stack.secretsManager.injectFault({ fault: "deny" }, 100);
  const renew = await stack.startFunction("renew-tokens", realm);

  expect(await renew.handle({ checkSecret: {} })).toMatchObject({
    unusable: { code: "secret-unavailable" },
  });

  expect(countsOf(stack, "DependencyFailures")["secrets-manager"]).toBeGreaterThan(0);
});
