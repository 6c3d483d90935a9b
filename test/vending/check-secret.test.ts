import { expect, test } from "vitest";
import { connectionOf } from "../../functions/model/connection.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import type { SecretVersions } from "../../functions/model/secret-source.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { checkSecret } from "../../functions/vending/check-secret.ts";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { operatorOf } from "../support/operator-of.ts";
import { early, onRotationWithProbe } from "../support/policies.ts";

const connection = connectionOf({ provider: "conferma", environment: "production" }, "default");

/** Versions `s1` and `s2`, of which the first is current. */
const versions: SecretVersions = {
  nameOf: (account) => `token-vending/conferma/production/${account}`,
  read: async (_, version) => ({
    text: new Sensitive(`secret-${version ?? "s1"}`),
    version: version ?? "s1",
  }),
};

const examination = { oddities: [], certificate: null };
const inspector = { versions, examine: () => examination };

function check(here: TestDeployment, version: string | null = null, isTried = true) {
  const deadline = {
    msLeft: here.clock.countdown(10_000),
    signal: new AbortController().signal,
    onBehalfOf: "caller",
  } as const;
  const request = { connection, version, isTried, isAdopted: false };
  return checkSecret(here.dependencies(), inspector, request, deadline);
}

/** A deployment whose last renewal has failed with this problem. */
async function failedWith(
  code: "provider-unavailable" | "provider-throttled" | "credentials-rejected",
  policy: RenewalPolicy = early,
) {
  const here = new TestDeployment(policy);
  here.answer = () => ({
    ...{ kind: "not-issued", code, detail: "Made up.", mayHaveIssued: false },
    retryAfterMs: 60_000,
  });
  await here.refusalOf();
  here.answer = () => here.issued();
  here.asked.length = 0;
  return here;
}

test("a trial is logged with the fingerprint of what was issued", async () => {
  const here = new TestDeployment(early);
  here.answer = () => here.issued("canary-token");
  expect((await check(here)).trial.outcome).toBe("accepted");
  const fingerprint = here.dependencies().fingerprint("canary-token");
  expect(here.logged("secret-tried")).toMatchObject([{ outcome: "accepted", fingerprint }]);
  expect(here.log.join("")).not.toContain("canary-token");
});

test("a trial that is refused is logged without a fingerprint", async () => {
  const here = new TestDeployment(early);
  const code = "credentials-rejected";
  here.answer = () => ({
    ...{ kind: "not-issued", code, detail: "No.", mayHaveIssued: false, retryAfterMs: null },
  });
  expect((await check(here)).trial.outcome).toBe("refused");
  expect(here.logged("secret-tried")).toMatchObject([{ outcome: "refused", fingerprint: null }]);
});

test.each(["provider-unavailable", "provider-throttled"] as const)(
  "after %s nothing is tried until the next renewal may be",
  async (code) => {
    const here = await failedWith(code);
    const { failure } = (await here.record()) ?? {};
    for (const version of [null, "s2"]) {
      const { trial } = await check(here, version);
      expect(trial).toMatchObject({ outcome: "unclear" });
      expect(trial.detail).toContain(failure?.retryAt.toISOString());
    }
    expect([here.asked, here.logged("secret-tried")]).toEqual([[], []]);
    here.clock.moveTo(failure?.retryAt ?? at("11:00:00.000"));
    expect((await check(here)).trial.outcome).toBe("accepted");
  },
);

test("after a refusal of one version another is tried at once, and that one is not", async () => {
  const here = await failedWith("credentials-rejected");
  expect((await check(here, "s2")).trial.outcome).toBe("accepted");
  here.asked.length = 0;
  expect((await check(here)).trial.outcome).toBe("unclear");
  expect(here.asked).toEqual([]);
});

test.each([
  ["connection", early],
  ["realm", early],
  ["connection", onRotationWithProbe],
] as const)("nothing is tried while the %s is frozen (%o)", async (of, policy) => {
  const here = new TestDeployment(policy);
  await operatorOf(here).freeze(of);
  const { trial } = await check(here);
  expect(trial).toMatchObject({ outcome: "not-tried", detail: expect.stringContaining("frozen") });
  expect([here.asked, here.logged("secret-tried")]).toEqual([[], []]);
});

test("what asks nothing of the provider is not logged as tried", async () => {
  const here = new TestDeployment(onRotationWithProbe);
  here.callsProvider = false;
  expect((await check(here)).trial.outcome).toBe("not-tried");
  expect(here.logged("secret-tried")).toEqual([]);
});

test("a version that cannot be read now is said to be that, and not malformed", async () => {
  const here = new TestDeployment(early);
  const read = async () => {
    throw new VendingError("secret-unavailable", "Secrets Manager did not answer.", 1);
  };
  const { signal } = new AbortController();
  const deadline = { msLeft: () => 1000, signal, onBehalfOf: "caller" } as const;
  const request = { connection, version: "s2", isTried: true, isAdopted: false };
  const unreadable = { ...inspector, versions: { ...versions, read } };
  const checked = await checkSecret(here.dependencies(), unreadable, request, deadline);
  expect(checked).toMatchObject({ unusable: { code: "secret-unavailable" }, examination: null });
});

test("the version that is checked is the one that is looked at, also if it is unusable", async () => {
  const here = new TestDeployment(early);
  const looked: string[] = [];
  const examine = (value: Sensitive) => {
    looked.push(value.expose());
    return examination;
  };
  const deps = here.dependencies();
  const openGrant = () => {
    throw new VendingError("secret-malformed", "clientId: is missing.");
  };
  const provider = { ...deps.provider, issuer: async () => ({ openGrant }) };
  const { signal } = new AbortController();
  const deadline = { msLeft: () => 1000, signal, onBehalfOf: "caller" } as const;
  const request = { connection, version: "s2", isTried: false, isAdopted: false };
  const checked = await checkSecret(
    { ...deps, provider },
    { versions, examine },
    request,
    deadline,
  );
  expect(checked).toMatchObject({ unusable: { code: "secret-malformed" }, examination });
  expect(looked).toEqual(["secret-s2"]);
});
