import { describe, expect, test } from "vitest";
import type { Clock } from "../../functions/model/clock.ts";
import { plusMs } from "../../functions/model/clock.ts";
import type { ConsentResult, GrantCredential } from "../../functions/model/consent.ts";
import type { NotIssued } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { StoredConsent } from "../../functions/model/token-record.ts";
import type { TokenStore } from "../../functions/model/token-store.ts";
import { connectionState } from "../../functions/vending/decision/connection-state.ts";
import { decide } from "../../functions/vending/decision/decide.ts";
import { nextScheduledRenewal } from "../../functions/vending/decision/token-times.ts";
import { openRefreshToken } from "../../functions/vending/issuing/stored-consent.ts";
import { statedConsent } from "../support/a-consent.ts";
import { aLease, aRecord, at } from "../support/a-record.ts";
import { consentedDeployment } from "../support/consented-deployment.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { byConsent, early } from "../support/policies.ts";

const dayMs = 86_400_000;
const ten = at("10:00:00.000");
const connection = "conferma/production/default";
const { signal } = new AbortController();
const anyToken = { minValiditySeconds: 0, rejectedVersion: null };

const consented = (changes: Partial<ConsentResult> = {}) =>
  statedConsent({ refreshEndsAt: plusMs(ten, 30 * dayMs), ...changes });
const aConsentedDeployment = (changes: Partial<ConsentResult> = {}) =>
  consentedDeployment(consented(changes));

/** A record's consent, given at ten o'clock. */
const held = (endsAt: Date | null): StoredConsent => ({
  consentedAt: ten,
  refresh: { sealed: new Uint8Array([1]), version: 1, fingerprint: "9f86d081884c", endsAt },
  grantedScope: null,
  subject: null,
  customer: null,
});
const over: StoredConsent = { ...held(null), refresh: null };

describe("the schedule's next renewal", () => {
  const renewAt = plusMs(ten, 1000);
  const inAnHour = plusMs(ten, 3_600_000);
  const inADay = plusMs(ten, dayMs);
  const inAMonth = plusMs(ten, 30 * dayMs);
  const soon = plusMs(ten, 999);

  test.each<
    [
      rule: string,
      keptUntil: Date | null,
      StoredConsent | null,
      due: [at: Date, until: Date] | null,
    ]
  >([
    ["never, where nobody asks and nobody consents", null, null, null],
    ["never, where a consent is over", null, over, null],
    ["while callers ask, at its time", inAnHour, null, [renewAt, inAnHour]],
    ["… up to the last moment of that", renewAt, null, [renewAt, renewAt]],
    ["… and not after it", soon, null, null],
    [
      "while callers ask, as long as the consent lasts",
      inAnHour,
      held(inAMonth),
      [renewAt, inAMonth],
    ],
    ["… or they do, if that is longer", inAnHour, held(soon), [renewAt, inAnHour]],
    [
      "idle, when half of what is left has passed",
      soon,
      held(inAMonth),
      [plusMs(ten, 15 * dayMs), inAMonth],
    ],
    [
      "idle, of no known end, in a week",
      null,
      held(null),
      [plusMs(ten, 7 * dayMs), plusMs(ten, 14 * dayMs)],
    ],
    [
      "idle, no sooner than in a day",
      null,
      held(plusMs(ten, 1.5 * dayMs)),
      [inADay, plusMs(ten, 1.5 * dayMs)],
    ],
    ["idle, not where that would be its end", null, held(inADay), null],
  ])("%s", (_, keptUntil, consent, due) => {
    const [dueAt, until] = due ?? [];
    expect(nextScheduledRenewal(renewAt, keptUntil, consent, ten)).toEqual(
      due && { at: dueAt, until },
    );
  });
});

describe("without a refresh token", () => {
  const record = aRecord({ consent: over });

  test("the stored token is vended until it expires", () => {
    const usable = { action: "vend", reason: "usable", token: record.token };
    expect(decide(record, byConsent, anyToken, ten)).toEqual(usable);
    expect(decide(record, byConsent, anyToken, at("10:04:59.000"))).toMatchObject({
      action: "refuse",
      code: "consent-required",
      reason: "no-consent",
      retryAt: null,
    });
  });

  test("a caller waits for a new consent under way, while its lease lasts", () => {
    const lease = aLease({ reason: "consent" });
    const leased = aRecord({ consent: over, token: null, lease });
    expect(decide(leased, byConsent, anyToken, at("10:00:07.249"))).toEqual({
      action: "await-renewal",
      reason: "lease-held",
      lease,
    });
    expect(decide(leased, byConsent, anyToken, at("10:00:07.250"))).toMatchObject({
      action: "refuse",
    });
  });

  test("the state is consent-required, even while the last token is usable", () => {
    expect(connectionState(record, byConsent, ten)).toBe("consent-required");
    expect(connectionState(aRecord({ consent: null }), byConsent, ten)).toBe("consent-required");
    expect(connectionState(aRecord({ consent: held(null) }), byConsent, ten)).toBe("usable");
    expect(connectionState(record, early, ten)).toBe("usable");
  });

  test("a renewal fails with consent-required", async () => {
    const deps = new TestDeployment(byConsent).dependencies();
    await expect(openRefreshToken(deps, record, signal)).rejects.toMatchObject({
      code: "consent-required",
      message: "There is no refresh token to renew with.",
    });
    expect(
      await openRefreshToken(new TestDeployment(early).dependencies(), record, signal),
    ).toBeNull();
  });
});

describe("a refresh", () => {
  async function authorityOf(here: TestDeployment): Promise<GrantCredential | null> {
    return openRefreshToken(here.dependencies(), (await here.record()) ?? expect.fail(), signal);
  }

  test("must return a token of the same person", async () => {
    const authority = await authorityOf(await aConsentedDeployment());
    if (authority?.kind !== "refresh-token") return expect.fail("not a refresh token");
    expect(authority.refreshToken.expose()).toBe("refresh-1");
    expect(authority.isSamePerson("person-1")).toBe(true);
    expect(authority.isSamePerson("person-2")).toBe(false);
  });

  test("may return any person's token where the consent has no subject", async () => {
    const authority = await authorityOf(await aConsentedDeployment({ subject: null }));
    if (authority?.kind !== "refresh-token") return expect.fail("not a refresh token");
    expect(authority.isSamePerson("person-2")).toBe(true);
  });

  test("whose refresh token does not open is logged, and backs off until the key returns", async () => {
    const here = await aConsentedDeployment();
    here.sealingKey = 8;
    await expect(authorityOf(here)).rejects.toMatchObject({
      code: "store-unavailable",
      message: "The refresh token was sealed with another key; give the function that key.",
      retryAfterSeconds: 60,
    });
    const fingerprint = here.dependencies().fingerprint("refresh-1");
    expect(here.logged("refresh-token-unreadable")).toMatchObject([
      { level: "error", connection, fingerprint },
    ]);
  });

  test("keeps the stored end where the answer states none, and has none where none was ever stated", async () => {
    const here = await aConsentedDeployment();
    here.consented = consented({ refreshToken: new Sensitive("refresh-2"), refreshEndsAt: null });
    await here.vend({ rejectedVersion: 1 });
    expect((await here.record())?.consent?.refresh?.endsAt).toEqual(plusMs(ten, 30 * dayMs));

    const never = await aConsentedDeployment({ refreshEndsAt: null });
    expect((await never.record())?.consent?.refresh?.endsAt).toBeNull();

    const without = await aConsentedDeployment({ refreshToken: null });
    without.consented = consented({ refreshEndsAt: null });
    await without.consent("code-2");
    expect((await without.record())?.consent?.refresh?.endsAt).toBeNull();
  });
});

describe("a consent that ends", () => {
  test.each([
    ["in fourteen days is not spoken of yet", 14 * dayMs + 200, []],
    ["in less is, in whole days", 14 * dayMs + 199, [13]],
  ])("%s", async (_, ms, days) => {
    const here = await aConsentedDeployment({ refreshEndsAt: plusMs(ten, ms) });
    expect(here.logged("consent-ends-soon").map((line) => line["days"])).toEqual(days);
  });
});

describe("a lease that another process has taken", () => {
  /** A store that refuses the first lease. */
  function losing(store: TokenStore, here: TestDeployment): TokenStore {
    let tries = 0;
    return {
      ...store,
      async takeLease(...wanted) {
        tries += 1;
        if (tries > 1) return store.takeLease(...wanted);
        return { held: null, record: await here.record() };
      },
    };
  }

  test("delays a disconnect", async () => {
    const here = await aConsentedDeployment();
    const deps = here.dependencies();
    here.dependencies = () => ({ ...deps, store: losing(deps.store, here) });
    expect(await here.disconnect()).toMatchObject({ ended: { revocation: { isRevoked: true } } });
  });

  test("delays the redemption of a code, which is sent once", async () => {
    const here = new TestDeployment(byConsent);
    here.consented = consented();
    const deps = here.dependencies();
    here.dependencies = () => ({ ...deps, store: losing(deps.store, here) });
    expect(await here.consent()).toMatchObject({ version: 1 });
    expect(here.authorities).toEqual(["code-1"]);
  });
});

describe("a disconnect", () => {
  test("is logged, and so is a failed revocation", async () => {
    const here = await aConsentedDeployment();
    here.revoke = () => {
      throw new TypeError("canary of the provider");
    };
    await here.disconnect();
    expect(here.logged("consent-disconnected")).toMatchObject([{ connection, revoked: false }]);
    expect(here.logged("consent-not-revoked")).toMatchObject([
      { level: "warn", connection, code: "internal", detail: "TypeError" },
    ]);
    expect((await here.record())?.lease).toBeNull();
  });

  test("takes its lease with the reason consent", async () => {
    const here = await aConsentedDeployment();
    let reason: string | undefined;
    here.revoke = () => {
      const [item] = [...here.table.items.values()].filter((each) => each["leaseReason"]);
      reason = item?.["leaseReason"]?.S;
      return true;
    };
    await here.disconnect();
    expect(reason).toBe("consent");
  });

  test("that another consent, without a refresh token, overtakes says what it has revoked", async () => {
    const other = await aConsentedDeployment({ refreshToken: null });
    const here = await aConsentedDeployment();
    let isOvertaken = false;
    here.revoke = () => {
      if (!isOvertaken) for (const [pk, item] of other.table.items) here.table.items.set(pk, item);
      isOvertaken = true;
      return true;
    };
    expect(await here.disconnect()).toMatchObject({ ended: { revocation: { isRevoked: true } } });
    // The refresh token that it found first, then the other consent's access token.
    expect(here.revoked).toHaveLength(2);
    expect(await here.record()).toMatchObject({ token: null, consent: null, lease: null });
  });

  test("has nothing to revoke where the provider needs no consent", async () => {
    const ordinary = new TestDeployment(early);
    await ordinary.vend();
    expect(await ordinary.disconnect()).toEqual({ ended: { revocation: null } });
    expect(ordinary.logged("consent-not-revoked")).toEqual([]);
    expect(ordinary.revoked).toEqual([]);
  });
});

test("redeeming a code reports a failed renewal as it failed, and a lost lease as renewal-in-progress", async () => {
  const refused: NotIssued = {
    kind: "not-issued",
    code: "consent-required",
    detail: "The provider refuses the code.",
    mayHaveIssued: false,
    retryAfterMs: null,
  };
  const here = new TestDeployment(byConsent);
  here.answer = () => refused;
  await expect(here.consent()).rejects.toMatchObject({
    code: "consent-required",
    message: "The provider refuses the code.",
  });

  const late = new TestDeployment(byConsent);
  late.consented = consented();
  const deps = late.dependencies();
  late.dependencies = () => ({ ...deps, store: { ...deps.store, commit: async () => null } });
  await expect(late.consent()).rejects.toMatchObject({
    code: "renewal-in-progress",
    message: "Another process took over before the new token was stored.",
    retryAfterSeconds: 1,
  });
});

describe("a new refresh token is stored, and used next,", () => {
  const next = { refreshToken: new Sensitive("refresh-2") };

  const alreadyOver = { kind: "stated", atLeastMs: 0, atMostMs: 1000 } as const;

  async function expectRefreshedWith(here: TestDeployment) {
    here.answer = () => here.issued();
    here.clock.advance(8000);
    await here.vend();
    expect(here.authorities).toEqual(["code-1", "refresh-1", "refresh-2"]);
  }

  test("even if its token has expired when it arrives", async () => {
    const here = await aConsentedDeployment();
    here.clock.advance(300_000);
    here.measured.length = 0;
    here.answer = () => {
      here.consented = consented(next);
      return { ...here.issued(), lifetime: alreadyOver };
    };
    for (let caller = 0; caller < 20; caller += 1) {
      expect(await here.refusalOf()).toMatchObject({
        code: "provider-malformed",
        message: "The provider answered a token that has already expired.",
      });
    }
    expect(here.measured).toContainEqual(["IssueFailures", 1]);
    await expectRefreshedWith(here);
  });

  test("at once if the token of a new consent has expired when it arrives", async () => {
    const here = new TestDeployment(byConsent);
    here.consented = consented();
    here.answer = () => ({ ...here.issued(), lifetime: alreadyOver });
    await here.consent();
    here.answer = () => here.issued();
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(here.authorities).toEqual(["code-1", "refresh-1"]);
  });

  test.each([
    ["an hour", 3_600_000],
    ["ten seconds", 10_000],
  ])("even if its holder's clock jumps %s ahead while the provider answers", async (_, jumpMs) => {
    const here = await aConsentedDeployment();
    here.clock.advance(300_000);
    let aheadMs = 0;
    const jumping: Clock = {
      now: () => plusMs(here.clock.now(), aheadMs),
      countdown: (ms) => here.clock.countdown(ms),
      sleep: (ms, aborted) => here.clock.sleep(ms, aborted),
      timeout: (ms, parent) => here.clock.timeout(ms, parent),
    };
    here.answer = () => {
      aheadMs = jumpMs;
      here.consented = consented(next);
      const issued = here.issued();
      return { ...issued, requestedAt: plusMs(issued.requestedAt, -aheadMs) };
    };
    const deps = here.dependencies(jumping);
    const commit: TokenStore["commit"] = async (held, commitOf, storing) => {
      storing.throwIfAborted();
      return deps.store.commit(held, commitOf, storing);
    };
    await here
      .process({ store: { ...deps.store, commit } }, deps)()
      .catch(() => {});
    await expectRefreshedWith(here);
  });
});
