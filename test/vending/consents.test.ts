import { describe, expect, test } from "vitest";
import { plusMs } from "../../functions/model/clock.ts";
import type { ConsentResult } from "../../functions/model/consent.ts";
import type { NotIssued } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { byConsent } from "../support/policies.ts";

const thirtyDays = 30 * 86_400_000;

const failed = (changes: Partial<NotIssued> = {}): NotIssued => ({
  kind: "not-issued",
  code: "provider-unavailable",
  detail: "The provider did not answer within its deadline.",
  mayHaveIssued: true,
  retryAfterMs: null,
  ...changes,
});
const invalidGrant = failed({
  code: "consent-required",
  detail: "The provider refuses it (400, invalid_grant).",
  mayHaveIssued: false,
});

const consented = (
  refreshToken: string | null,
  changes: Partial<ConsentResult> = {},
): ConsentResult => ({
  refreshToken: refreshToken === null ? null : new Sensitive(refreshToken),
  refreshEndsAt: plusMs(at("10:00:00.000"), thirtyDays),
  grantedScope: "psd2-ais",
  subject: "person-1",
  customer: "Mo********co",
  ...changes,
});

/** A provider whose every answer has the next refresh token, beginning with `refresh-1`. */
function aDeployment(changes: Partial<ConsentResult> = {}): TestDeployment {
  const here = new TestDeployment(byConsent);
  here.answer = () => {
    here.consented = consented(`refresh-${here.asked.length}`, changes);
    return here.issued();
  };
  return here;
}

async function aConsentedDeployment(): Promise<TestDeployment> {
  const here = aDeployment();
  await here.consent();
  return here;
}

/** When the first token is to be renewed: up to a fifth of its life before its end, with jitter. */
const renewAt = at("10:04:10.000");
const afterExpiry = at("10:06:00.000");

describe("without a consent", () => {
  test("nothing is vended, requested or written; the refusal says how to begin one", async () => {
    const here = aDeployment();
    const refusal = await here.refusalOf();
    expect(refusal).toMatchObject({ code: "consent-required", retryAfterSeconds: null });
    expect(refusal.message).toContain("POST /v1/consents/conferma/production/default");
    expect(refusal.message).toContain("npm run vend -- consent conferma/production/default");
    expect(here.asked).toEqual([]);
    expect(await here.record()).toBeNull();
  });
});

describe("a consent", () => {
  test("is stored with its first token in one version, and the ledger has the reason", async () => {
    const here = aDeployment();
    const record = await here.consent("code-1");
    expect(here.authorities).toEqual(["code-1"]);
    expect(record).toMatchObject({
      version: 1,
      lease: null,
      consent: {
        consentedAt: at("10:00:00.200"),
        refresh: { version: 1, endsAt: plusMs(at("10:00:00.000"), thirtyDays) },
        grantedScope: "psd2-ais",
        customer: "Mo********co",
      },
      ledger: [{ reason: "consent", outcome: "issued", version: 1 }],
    });
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(here.asked).toHaveLength(1);
  });

  test("stores a fingerprint of the subject only", async () => {
    const here = await aConsentedDeployment();
    expect(JSON.stringify([...here.table.items])).not.toContain("person-1");
    expect((await here.record())?.consent?.subject).toMatch(/^[0-9a-f]{12}$/);
  });

  test("keeps what more is known of it, until an answer says otherwise", async () => {
    const here = new TestDeployment(byConsent);
    const answers: Partial<ConsentResult>[] = [
      {
        grantedScope: "a",
        details: { identity: "j…", withheldScope: "b", attributes: { org: "1", tenant: "1" } },
      },
      { grantedScope: null, details: { withheldScope: "not said", attributes: { tenant: "2" } } },
      { grantedScope: "a c", details: { addedScope: "c" } },
      { grantedScope: "a" },
    ];
    here.answer = () => {
      here.consented = consented("refresh", answers[here.asked.length - 1]);
      return here.issued();
    };
    await here.consent("code-1", { begunBy: "jo" });
    const known = [(await here.record())?.consent?.details];
    const told = [await here.vend()];
    for (let times = 1; times < answers.length; times += 1) {
      here.clock.advance(360_000);
      told.push(await here.vend());
      known.push((await here.record())?.consent?.details);
    }
    const attributes = { org: "1", tenant: "2" };
    const ofPerson = { identity: "j…", begunBy: "jo" };
    expect(known).toEqual([
      { ...ofPerson, withheldScope: "b", attributes: { org: "1", tenant: "1" } },
      { ...ofPerson, withheldScope: "b", attributes },
      { ...ofPerson, addedScope: "c", attributes },
      { ...ofPerson, attributes },
    ]);
    expect(
      told.map(({ grantedScope, attributes: { tenant } = {} }) => [grantedScope, tenant]),
    ).toEqual([
      ["a", "1"],
      ["a", "2"],
      ["a c", "2"],
      [undefined, "2"],
    ]);
  });

  test("of which nothing more is known says nothing more to callers", async () => {
    const here = await aConsentedDeployment();
    expect((await here.record())?.consent).not.toHaveProperty("details");
    const credential = await here.vend();
    expect(credential).not.toHaveProperty("attributes");
    expect(credential).not.toHaveProperty("grantedScope");
  });

  test("uses the client secret of the realm, whatever the account", async () => {
    const here = aDeployment();
    await here.consentOf("alice");
    expect(here.asked).toEqual(["canary-secret"]);
    expect(await here.record("alice")).toMatchObject({ version: 1 });
  });

  test("waits for a renewal under way, and its code is sent once", async () => {
    const here = await aConsentedDeployment();
    const [item] = here.table.items.values();
    const [pk] = here.table.items.keys();
    const lease = { leaseOwner: { S: "elsewhere" }, leaseReason: { S: "scheduled" } };
    const since = { N: String(Number(here.clock.now())) };
    const until = { N: String(Number(plusMs(here.clock.now(), 7000))) };
    here.table.items.set(pk ?? "", { ...item, ...lease, leaseSince: since, leaseUntil: until });
    expect(await here.consent("code-2")).toMatchObject({ version: 2, lease: null });
    expect(here.authorities).toEqual(["code-1", "code-2"]);
    expect(here.clock.now() >= plusMs(at("10:00:07.000"), 200)).toBe(true);
  });

  test("replaces an earlier consent of the same connection", async () => {
    const here = await aConsentedDeployment();
    here.clock.advance(60_000);
    const record = await here.consent("code-2");
    expect(record).toMatchObject({ version: 2, consent: { consentedAt: here.clock.now() } });
    here.clock.moveTo(plusMs(renewAt, 60_200));
    await here.vend();
    expect(here.authorities).toEqual(["code-1", "code-2", "refresh-2"]);
  });

  test("whose code is refused leaves an earlier consent as it is", async () => {
    const here = await aConsentedDeployment();
    const { answer } = here;
    here.answer = () => invalidGrant;
    await expect(here.consent("stolen")).rejects.toMatchObject({ code: "consent-required" });
    const record = await here.record();
    expect(record).toMatchObject({ version: 1, failure: null, lease: null, doubtedAt: null });
    here.answer = answer;
    here.clock.moveTo(renewAt);
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(here.authorities.at(-1)).toBe("refresh-1");
  });

  test("whose exchange has an unknown outcome casts no doubt on an earlier consent", async () => {
    const here = await aConsentedDeployment();
    here.answer = () => failed();
    await expect(here.consent("code-2")).rejects.toMatchObject({ code: "provider-unavailable" });
    expect(await here.record()).toMatchObject({ version: 1, doubtedAt: null, failure: null });
  });

  test("whose holder crashed casts no doubt on an earlier refresh token", async () => {
    const here = await aConsentedDeployment();
    here.answer = () => {
      throw new Error("the process is killed (made up)");
    };
    await expect(here.consent("code-2")).rejects.toThrow("killed");
    here.answer = () => invalidGrant;
    here.clock.moveTo(afterExpiry);
    expect((await here.refusalOf()).message).not.toContain("was lost");
  });

  test("without a refresh token lasts until its token expires", async () => {
    const here = new TestDeployment(byConsent);
    here.consented = consented(null);
    await here.consent();
    here.clock.moveTo(renewAt);
    expect(await here.vend()).toMatchObject({ version: 1 });
    here.clock.moveTo(afterExpiry);
    expect(await here.refusalOf()).toMatchObject({ code: "consent-required" });
    expect(here.asked).toHaveLength(1);
  });
});

describe("a refresh", () => {
  test("comes early, once, and stores the rotated refresh token with its access token", async () => {
    const here = await aConsentedDeployment();
    here.clock.moveTo(renewAt);
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(await here.record()).toMatchObject({ consent: { refresh: { version: 2 } } });
    here.clock.advance(300_000);
    await here.vend();
    expect(here.authorities).toEqual(["code-1", "refresh-1", "refresh-2"]);
  });

  test("keeps the refresh token and the granted scope where the answer has neither", async () => {
    const here = await aConsentedDeployment();
    here.answer = () => {
      const nothing = { grantedScope: null, subject: null, customer: null, refreshEndsAt: null };
      here.consented = consented(null, nothing);
      return here.issued();
    };
    const before = await here.record();
    here.clock.moveTo(renewAt);
    await here.vend();
    expect((await here.record())?.consent).toEqual(before?.consent);
    here.clock.advance(300_000);
    await here.vend();
    expect(here.authorities).toEqual(["code-1", "refresh-1", "refresh-1"]);
  });

  test("keeps a refresh token that was sealed with another key until the key returns", async () => {
    const here = await aConsentedDeployment();
    here.clock.moveTo(afterExpiry);
    here.sealingKey = 8;
    expect(await here.refusalOf()).toMatchObject({ code: "store-unavailable" });
    expect(here.asked).toHaveLength(1);
    here.sealingKey = 7;
    here.clock.advance(60_000);
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(here.authorities.at(-1)).toBe("refresh-1");
  });

  test("can be caused by a rejection", async () => {
    const here = await aConsentedDeployment();
    expect(await here.vend({ rejectedVersion: 1 })).toMatchObject({ version: 2 });
    expect(await here.vend({ rejectedVersion: 1 })).toMatchObject({ version: 2 });
    expect(here.authorities).toEqual(["code-1", "refresh-1"]);
  });
});

describe("a refresh token that the provider refuses", () => {
  test("ends the consent; its last token is vended until it expires, and the provider is not called again", async () => {
    const here = await aConsentedDeployment();
    here.answer = () => invalidGrant;
    here.clock.moveTo(renewAt);
    for (let n = 0; n < 3; n += 1) expect(await here.vend()).toMatchObject({ version: 1 });
    here.clock.moveTo(afterExpiry);
    for (let n = 0; n < 3; n += 1) {
      const refusal = await here.refusalOf();
      expect(refusal.code).toBe("consent-required");
      expect(refusal.message).toMatch(/invalid_grant.*Begin a consent/);
    }
    expect(here.authorities).toEqual(["code-1", "refresh-1"]);
    expect(await here.record()).toMatchObject({ consent: { refresh: null }, token: { due: null } });
  });

  test("is deleted, and a new consent replaces it", async () => {
    const here = await aConsentedDeployment();
    const { answer } = here;
    here.answer = () => invalidGrant;
    here.clock.moveTo(afterExpiry);
    await here.refusalOf();
    here.answer = answer;
    expect(await here.consent("code-2")).toMatchObject({ version: 2, failure: null });
    expect(await here.vend()).toMatchObject({ version: 2 });
  });
});

describe("a refresh whose answer is lost", () => {
  test("leaves the token in use, and the refresh is tried again after a pause", async () => {
    const here = await aConsentedDeployment();
    const { answer } = here;
    here.answer = () => failed();
    here.clock.moveTo(renewAt);
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(await here.vend()).toMatchObject({ version: 1 });
    expect(await here.record()).toMatchObject({ doubtedAt: expect.any(Date) });
    here.answer = answer;
    here.clock.advance(60_000);
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(here.authorities).toEqual(["code-1", "refresh-1", "refresh-1"]);
    expect(await here.record()).toMatchObject({ doubtedAt: null });
  });

  test("ends the consent where the provider had replaced the refresh token, and the problem says why", async () => {
    const here = await aConsentedDeployment();
    here.answer = () => failed();
    here.clock.moveTo(afterExpiry);
    await here.refusalOf();
    here.answer = () => invalidGrant;
    here.clock.advance(60_000);
    const refusal = await here.refusalOf();
    expect(refusal).toMatchObject({ code: "consent-required" });
    expect(refusal.message).toContain("The answer to an earlier refresh was lost");
    expect(here.authorities).toEqual(["code-1", "refresh-1", "refresh-1"]);
  });

  test("whose holder crashed is taken over in doubt, and the problem names the doubt", async () => {
    const here = await aConsentedDeployment();
    here.clock.moveTo(afterExpiry);
    here.answer = () => {
      throw new Error("the process is killed (made up)");
    };
    await expect(here.vend()).rejects.toThrow("killed");
    expect(await here.record()).toMatchObject({ lease: { reason: "expired" }, doubtedAt: null });
    here.answer = () => invalidGrant;
    here.clock.advance(8000);
    expect((await here.refusalOf()).message).toContain("The answer to an earlier refresh was lost");
  });

  test("does not end the consent by itself: only the provider's refusal does", async () => {
    const here = await aConsentedDeployment();
    const { answer } = here;
    here.clock.moveTo(afterExpiry);
    here.answer = () => failed();
    for (let n = 0; n < 20; n += 1) {
      expect(await here.refusalOf()).toMatchObject({ code: "provider-unavailable" });
      here.clock.advance(60_000);
    }
    here.answer = answer;
    expect(await here.vend()).toMatchObject({ version: 2 });
  });
});

describe("the schedule", () => {
  test("renews a consent in use early, and refreshes an idle one after half of its remaining life", async () => {
    const here = await aConsentedDeployment();
    expect((await here.record())?.token?.due?.at).toEqual((await here.record())?.token?.renewAt);
    here.clock.moveTo(renewAt);
    expect(await here.tick({ forMs: 50_000 })).toMatchObject({ renewed: 1 });

    here.clock.moveTo(at("11:30:00.000"));
    expect(await here.tick({ forMs: 50_000 })).toMatchObject({ renewed: 1 });
    const { due, keepAliveUntil } = (await here.record())?.token ?? expect.fail("no token");
    expect(keepAliveUntil).toEqual(at("11:00:00.200"));
    const leftMs = thirtyDays - 90 * 60_000;
    expect(due?.at).toEqual(plusMs(at("11:30:00.000"), leftMs / 2 + 100));
  });

  test("logs once a day, days ahead, that a consent ends", async () => {
    const here = aDeployment({ refreshEndsAt: plusMs(at("10:00:00.000"), 5 * 86_400_000) });
    await here.consent();
    const warnings = () => here.log.filter((line) => line.includes("consent-ends-soon"));
    expect(warnings()).toEqual([expect.stringContaining('"days":4')]);
    here.clock.moveTo(renewAt);
    await here.vend();
    expect(warnings()).toHaveLength(1);
    here.clock.advance(86_400_000);
    await here.vend();
    expect(warnings()).toEqual([expect.anything(), expect.stringContaining('"days":3')]);
  });
});
