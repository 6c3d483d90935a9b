import { describe, expect, test } from "vitest";
import type { FunctionKind } from "../../cli/deployed-functions.ts";
import { findFunctionName } from "../../cli/deployed-functions.ts";
import { CommandFailure } from "../../cli/failure.ts";
import { needsConsent } from "../../functions/providers/catalogue.ts";
import { oneOfEachKind } from "../infra/example-realms.ts";
import { deployed, synthesized } from "../infra/synthesized.ts";

const described = deployed(synthesized(oneOfEachKind)).functions.map(
  ({ name, description = "" }) => ({ name, description }),
);

describe("of the deployed functions, by their descriptions", () => {
  const parts: readonly { part: FunctionKind; realm: string | null }[] = oneOfEachKind.flatMap(
    ({ provider, environment }) => {
      const realm = `${provider}/${environment}`;
      const consents: FunctionKind[] = needsConsent(provider)
        ? ["begin-consent", "complete-consent"]
        : [];
      return [...consents, "vend-token" as const].map((part) => ({ part, realm }));
    },
  );

  test.each([...parts, { part: "list-connections", realm: null } as const])(
    "$part of $realm is found",
    ({ part, realm }) => {
      const ends = [realm?.replace("/", "-"), part === "vend-token" ? null : part];
      const name = ["token-vending", ...ends.filter(Boolean)].join("-");
      expect(findFunctionName(described, part, realm)).toBe(name);
    },
  );

  test("each is a different one", () => {
    const names = parts.map(({ part, realm }) => findFunctionName(described, part, realm));
    expect(new Set(names).size).toBe(names.length);
  });

  test("none asks people for a consent to a realm that needs none, and the failure says so", () => {
    const asking = () => findFunctionName(described, "begin-consent", "conferma/sandbox");
    expect(described.some(({ description }) => description.endsWith("conferma/sandbox"))).toBe(
      true,
    );
    expect(asking).toThrow("conferma/sandbox needs no consent of a person");
  });

  test("none is found for a realm that is not deployed", () => {
    expect(() => findFunctionName(described, "vend-token", "conferma/elsewhere")).toThrow(
      CommandFailure,
    );
    expect(() => findFunctionName(described, "vend-token", null)).toThrow(CommandFailure);
  });
});
