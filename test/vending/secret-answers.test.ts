import { describe, expect, test } from "vitest";
import { connectionOf } from "../../functions/model/connection.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { NotIssued } from "../../functions/model/provider.ts";
import type { SecretCheckRequest } from "../../functions/model/secret-check.ts";
import type { SecretVersions } from "../../functions/model/secret-source.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { checkSecret } from "../../functions/vending/check-secret.ts";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import {
  atExpiry,
  byConsent,
  early,
  onRotation,
  onRotationWithProbe,
} from "../support/policies.ts";

const connection = connectionOf({ provider: "conferma", environment: "production" }, "default");
const examination = { oddities: [], certificate: null };

/** The values of the versions; `current` is the one without a name. */
function versionsOf(values: Readonly<Record<string, string>>, current: string): SecretVersions {
  return {
    nameOf: (account) => `token-vending/conferma/production/${account}`,
    read: async (_, named) => {
      const version = named ?? current;
      const value = values[version];
      if (value === undefined) throw new VendingError("unknown-connection", `No ${version}.`);
      return { text: new Sensitive(value), version };
    },
  };
}

const s1 = versionsOf({ s1: "canary-secret" }, "s1");

function check(
  here: TestDeployment,
  changes: Partial<SecretCheckRequest> = {},
  versions = s1,
  deps = here.dependencies(),
) {
  const msLeft = here.clock.countdown(10_000);
  const deadline = { msLeft, signal: new AbortController().signal, onBehalfOf: "caller" } as const;
  const request = { connection, version: null, isTried: true, isAdopted: false, ...changes };
  return checkSecret(deps, { versions, examine: () => examination }, request, deadline);
}

const notIssued = (code: NotIssued["code"], retryAfterMs: number | null = null): NotIssued => ({
  ...{ kind: "not-issued", code, detail: "Made up.", mayHaveIssued: false, retryAfterMs },
});

const known = {
  ...{ connection, secret: "token-vending/conferma/production/default", examination },
  ...{ versionId: "s1", isSameAsCurrent: false, unusable: null },
  ...{ stored: null, failure: null, refusal: null },
};

describe("an operator is told", () => {
  test("that the provider accepts a value, and nothing of what is not there", async () => {
    const trial = { outcome: "accepted", detail: "", expiresAt: null };
    expect(await check(new TestDeployment(early))).toEqual({ ...known, trial });
  });

  test("which token is stored, and by which version of the secret", async () => {
    const here = new TestDeployment(early);
    const { fingerprint, version } = await here.vend();
    const stored = { version, fingerprint, secretVersion: "s1" };
    expect(await check(here)).toMatchObject({ stored, failure: null });
  });

  test("how the last renewal has failed", async () => {
    const here = new TestDeployment(early);
    here.answer = () => notIssued("provider-unavailable");
    await here.refusalOf();
    const failure = { code: "provider-unavailable", detail: "Made up." };
    expect(await check(here)).toMatchObject({ stored: null, failure });
  });

  test.each([
    ["another version with the same value", { s1: "a", s2: "a" }, "s2", "s1", true],
    ["another version with another value", { s1: "a", s2: "b" }, "s2", "s1", false],
    ["the current version, by its name", { s1: "a" }, "s1", "s1", false],
    ["the current version, without it", { s1: "a" }, null, "s1", false],
    ["a version of a secret that has no current one", { s2: "a" }, "s2", "s1", false],
  ])("whether a value is current already: %s", async (_, values, version, current, isSame) => {
    const versions = versionsOf(values, current);
    const checked = await check(new TestDeployment(early), { version }, versions);
    expect(checked).toMatchObject({ versionId: version ?? current, isSameAsCurrent: isSame });
  });

  test("why a version cannot be read", async () => {
    expect(await check(new TestDeployment(early), { version: "s9" })).toEqual({
      ...known,
      ...{ versionId: null, examination: null },
      unusable: { code: "unknown-connection", detail: "No s9." },
      trial: { outcome: "not-tried", detail: "", expiresAt: null },
    });
  });

  test("why a value cannot be used", async () => {
    expect(await check(new TestDeployment(early), {}, versionsOf({ s1: "" }, "s1"))).toEqual({
      ...known,
      unusable: { code: "secret-malformed", detail: "clientId: is missing." },
      trial: { outcome: "not-tried", detail: "", expiresAt: null },
    });
  });

  test("nothing of a defect, which ends the check", async () => {
    const here = new TestDeployment(early);
    const bug = new TypeError("a bug");
    const deps = here.dependencies();
    const issuer = async () => ({
      openGrant: () => {
        throw bug;
      },
    });
    const broken = { ...deps, provider: { ...deps.provider, issuer } };
    await expect(check(here, {}, s1, broken)).rejects.toBe(bug);
  });
});

describe("a value is not tried", () => {
  test("where a new token would revoke the one in use", async () => {
    const here = new TestDeployment(atExpiry);
    const { trial } = await check(here);
    expect(trial).toMatchObject({
      outcome: "not-tried",
      detail: expect.stringContaining("would revoke the one in use"),
    });
    expect(here.asked).toEqual([]);
  });

  test("unless the operator asks for it", async () => {
    const here = new TestDeployment(early);
    const { trial } = await check(here, { isTried: false });
    expect(trial).toMatchObject({
      outcome: "not-tried",
      detail: expect.stringContaining("--try asks it"),
    });
    expect(here.asked).toEqual([]);
  });

  test("with a person's consent missing; a refused client is told all the same", async () => {
    const here = new TestDeployment(byConsent);
    here.answer = () => notIssued("consent-required");
    expect((await check(here)).trial).toMatchObject({
      outcome: "not-tried",
      detail: expect.stringContaining("together with a person's consent"),
    });
    here.answer = () => notIssued("credentials-rejected");
    expect((await check(here)).trial).toEqual({
      ...{ outcome: "refused", detail: "Made up.", expiresAt: null },
    });
  });
});

describe("a trial", () => {
  test("that is not answered is unclear, in the provider's words", async () => {
    const here = new TestDeployment(early);
    here.answer = () => notIssued("provider-unavailable");
    expect((await check(here)).trial).toEqual({
      ...{ outcome: "unclear", detail: "Made up.", expiresAt: null },
    });
  });

  const endsAt = at("12:00:00.000");
  test.each([
    ["a key tells when that ends", onRotationWithProbe, true, "accepted", endsAt],
    ["a key that cannot be tried tells it too", onRotation, false, "not-tried", endsAt],
    ["a client has no end, as its token has", early, true, "accepted", null],
  ])("of %s", async (_, policy, callsProvider, outcome, expiresAt) => {
    const here = new TestDeployment(policy);
    here.callsProvider = callsProvider;
    here.answer = () => here.issued("canary-key", endsAt);
    expect((await check(here)).trial).toMatchObject({ outcome, expiresAt });
  });

  test("needs no wish of the operator's where nothing is asked of the provider", async () => {
    const here = new TestDeployment(onRotation);
    here.callsProvider = false;
    here.answer = () => here.issued("canary-key", endsAt);
    expect((await check(here, { isTried: false })).trial).toEqual({
      ...{ outcome: "not-tried", detail: "No probePath is set for this realm." },
      expiresAt: endsAt,
    });
  });

  test("of a key that is refused tells no end", async () => {
    const here = new TestDeployment(onRotationWithProbe);
    here.answer = () => notIssued("credentials-rejected");
    expect((await check(here)).trial).toMatchObject({ outcome: "refused", expiresAt: null });
  });
});

describe("a check that adopts", () => {
  test("vends first, as to a caller", async () => {
    const here = new TestDeployment(early);
    expect(await check(here, { isAdopted: true, isTried: false })).toMatchObject({
      refusal: null,
      stored: { version: 1 },
    });
  });

  test.each([
    ["can be asked for again", 7000, true],
    ["cannot", null, false],
  ])("tells why nothing is vended, and whether it %s", async (_, retryAfterMs, retryable) => {
    const here = new TestDeployment(early);
    const code = retryable ? "provider-unavailable" : "credentials-rejected";
    here.answer = () => notIssued(code, retryAfterMs);
    const { refusal } = await check(here, { isAdopted: true, isTried: false });
    expect(refusal).toMatchObject({ code, retryable });
    expect(refusal?.detail).toContain("Made up.");
  });

  test("and does not, if nobody has asked for it", async () => {
    const here = new TestDeployment(early);
    await check(here, { isTried: false });
    expect(await here.record()).toBeNull();
  });

  test("fails with a defect", async () => {
    const here = new TestDeployment(early);
    const bug = new TypeError("a bug");
    here.answer = () => Promise.reject(bug);
    await expect(check(here, { isAdopted: true })).rejects.toBe(bug);
  });
});
