import { describe, expect, test } from "vitest";
import { CommandFailure } from "../../cli/failure.ts";
import { promoteTried } from "../../cli/secrets/promote-version.ts";
import type { SecretContext } from "../../cli/secrets/secret-target.ts";
import { parseSecretTarget } from "../../cli/secrets/secret-target.ts";
import type { SecretCheckAnswer } from "../../functions/http/contract.ts";

const secret = "token-vending/conferma/sandbox/default";
const target = parseSecretTarget("conferma/sandbox/default");
const [first, next] = ["first-version", "next-version"];

type Code = "secret-malformed" | "secret-unavailable" | "unknown-connection" | "store-unavailable";

/** Promotes a version of which the function says that it cannot use it. */
async function promote(code: Code, current: string | null, isForced = false) {
  const done: string[] = [];
  const versionId = current === null ? first : next;
  const answer: SecretCheckAnswer = {
    ...{ connection: target.connection, secret, versionId: null, isSameAsCurrent: false },
    unusable: { code, detail: "Made up." },
    trial: { outcome: "not-tried", detail: "", expiresAt: null },
    ...{ stored: null, failure: null, refusal: null },
  };
  const stages = { current: current ?? first, pending: versionId, previous: null };
  const context = {
    functions: { invoke: async () => answer },
    terminal: { sleep: async () => {}, notice: () => {} },
    store: {
      stagesOf: async () => stages,
      promote: async () => void done.push("promote"),
      unstage: async () => void done.push("unstage"),
    },
  } as unknown as SecretContext;
  const candidate = { versionId, current: current ?? first, isPending: true, isForced };
  const failure = await promoteTried(context, target, secret, candidate).then(
    () => null,
    (error: unknown) => error,
  );
  if (failure !== null && !(failure instanceof CommandFailure)) throw failure;
  return { done, failure };
}

describe("a staged value that the function cannot use", () => {
  test("loses its stage because it is malformed", async () => {
    const { done, failure } = await promote("secret-malformed", first);
    expect(done).toEqual(["unstage"]);
    expect(failure?.problem).toMatchObject({
      code: "secret-invalid",
      detail: expect.stringContaining("nothing has changed"),
    });
  });

  test.each(["secret-unavailable", "unknown-connection", "store-unavailable"] as const)(
    "keeps its stage where that is %s, and --yes makes it current",
    async (code) => {
      const { done, failure } = await promote(code, first);
      expect([done, failure?.problem.code]).toEqual([[], "secret-untried"]);
      expect(failure?.problem.detail).toContain(next);
      expect(await promote(code, first, true)).toEqual({
        done: ["promote", "unstage"],
        failure: null,
      });
    },
  );

  test("is said to be current if it is the secret's first", async () => {
    const { failure } = await promote("secret-malformed", null);
    expect(failure?.problem.detail).toContain("current at once");
    expect(failure?.problem.detail).not.toContain("nothing has changed");
  });
});
