import { describe, expect, test } from "vitest";
import { plusMs } from "../../functions/model/clock.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import type { Credential } from "../../functions/model/credential.ts";
import type { ProblemCode } from "../../functions/model/errors.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { Measure } from "../../functions/model/metrics.ts";
import type { NotIssued } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { storeOrRecordLate } from "../../functions/vending/issuing/lease.ts";
import { measureVend, processVending } from "../../functions/vending/process-vending.ts";
import { aLease, aRecord, aToken, at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { FixedClock } from "../support/fixed-clock.ts";
import { atExpiry, byConsent, early, onRotation } from "../support/policies.ts";

const failed = (code: NotIssued["code"]): NotIssued => ({
  kind: "not-issued",
  code,
  detail: "The provider answered otherwise.",
  mayHaveIssued: false,
  retryAfterMs: null,
});

const namesIn = ({ measured }: TestDeployment) => measured.map(([measure]) => measure);

describe("a vend counts", () => {
  async function told(vend: () => Promise<Partial<Credential>>): Promise<[Measure, number][]> {
    const measured: [Measure, number][] = [];
    const metrics = {
      record: (measure: Measure, value: number) => void measured.push([measure, value]),
    };
    const clock = new FixedClock(at("10:00:00.000"));
    await measureVend({ metrics, clock }, vend as () => Promise<Credential>).catch(() => undefined);
    return measured;
  }
  const refusing = (code: ProblemCode) => told(() => Promise.reject(new VendingError(code, "")));

  test("a credential, with its remaining life", async () => {
    const usableUntil = at("10:04:58.500");
    expect(await told(async () => ({ usableUntil }))).toEqual([
      ["Vends", 1],
      ["RemainingLifeMs", 298_500],
      ["VendMs", 0],
    ]);
  });

  test("how long it took", async () => {
    const clock = new FixedClock(at("10:00:00.000"));
    const measured: [Measure, number][] = [];
    const metrics = {
      record: (measure: Measure, value: number) => void measured.push([measure, value]),
    };
    await measureVend({ metrics, clock }, async () => {
      clock.advance(37);
      return { usableUntil: null } as Partial<Credential> as Credential;
    });
    expect(measured).toContainEqual(["VendMs", 37]);
  });

  test("what it has in memory, as often as it is asked for", async () => {
    const here = new TestDeployment(early);
    const vending = processVending(here.dependencies());
    const request = { account: "default", minValiditySeconds: 0, rejectedVersion: null };
    const cached = () => vending.cached(request);
    expect(cached()).toBeNull();
    expect(here.measured).toEqual([]);
    await here.vend();
    const { signal } = new AbortController();
    const msLeft = here.clock.countdown(10_000);
    await vending.vend(request, { msLeft, signal, onBehalfOf: "caller" });
    here.measured.length = 0;
    expect([cached()?.version, cached()?.version]).toEqual([1, 1]);
    expect(namesIn(here)).toEqual(["Vends", "RemainingLifeMs", "Vends", "RemainingLifeMs"]);
  });

  test("no remaining life for a key that does not expire", async () => {
    const key = { usableUntil: null } as Partial<Credential> as Credential;
    expect(await told(async () => key)).toEqual([
      ["Vends", 1],
      ["VendMs", 0],
    ]);
    const deps = { metrics: { record: () => {} }, clock: new FixedClock(at("10:00:00.000")) };
    expect(await measureVend(deps, async () => key)).toBe(key);
  });

  test("credentials that the provider refuses, and another issuer", async () => {
    expect(await refusing("credentials-rejected")).toEqual([["CredentialsRejected", 1]]);
    expect(await refusing("contested")).toEqual([["Contested", 1]]);
  });

  test("no other problem and no defect, which the caller gets unchanged", async () => {
    expect(await refusing("provider-unavailable")).toEqual([]);
    const defect = new TypeError("defect");
    expect(await told(() => Promise.reject(defect))).toEqual([]);
    const failing = measureVend(new TestDeployment(atExpiry).dependencies(), () =>
      Promise.reject(defect),
    );
    await expect(failing).rejects.toBe(defect);
  });
});

describe("a renewal is counted", () => {
  test("when its token is committed, and not when the token is vended", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    await here.vend();
    expect(here.measured).toEqual([["Issues", 1]]);
  });

  test("when it fails: once, however many callers get the failure", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => failed("provider-unavailable");
    await here.refusalOf();
    await here.refusalOf();
    expect(here.measured).toEqual([
      ["IssueFailures", 1],
      ["DependencyFailures", 1],
    ]);
  });

  test("when the provider refuses the credentials, even while a usable token is stored", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.measured.length = 0;
    here.clock.moveTo(at("10:04:30.000"));
    here.answer = () => failed("credentials-rejected");
    await here.vend();
    expect(namesIn(here)).toEqual(["IssueFailures", "CredentialsRejected"]);
  });

  test("when the schedule failed to renew", async () => {
    const here = new TestDeployment(early);
    await here.vend();
    here.measured.length = 0;
    here.clock.moveTo(at("10:04:10.000"));
    here.answer = () => failed("provider-unavailable");
    expect(await here.tick()).toMatchObject({ failed: 1 });
    expect(here.measured).toEqual([
      ["IssueFailures", 1],
      ["DependencyFailures", 1],
      ["RenewalFailures", 1],
      ["OverdueMs", 2500],
    ]);
  });

  test("once as a late issue when its holder came back too late", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = async () => {
      here.clock.advance(20_000);
      here.answer = () => here.issued();
      await here.vend();
      return here.issued("late");
    };
    await here.refusalOf();
    expect(namesIn(here).filter((name) => name === "LateIssues")).toHaveLength(1);
  });
});

test("a late issue is counted once, however often its record is retried", async () => {
  const here = new TestDeployment(atExpiry);
  const record = aRecord({ lease: aLease() });
  const answers = [false, false, true];
  const store = {
    ...here.dependencies().store,
    read: async () => aRecord({ version: 4, token: aToken({ committedBy: "another.4" }) }),
    recordLateIssue: async () => answers.shift() ?? true,
  };
  const entry = { at: at("10:00:01.000"), fence: 3, version: 4, owner: "process-a.1" } as const;
  const latest = {
    ...entry,
    reason: "expired",
    latencyMs: 151,
    fingerprint: "a",
    outcome: "issued",
  } as const;
  const held = { record, lease: aLease() };
  const deps = { ...here.dependencies(), store };
  await storeOrRecordLate(deps, held, latest, here.issued(), async () => null);
  expect(answers).toEqual([]);
  expect(here.measured).toEqual([["LateIssues", 1]]);
});

describe("a caller's wait", () => {
  test("for another process's renewal is measured as one sum, and logged with its connection", async () => {
    const here = new TestDeployment(atExpiry);
    const [one, other] = [here.process(), here.process()];
    await Promise.all([one(), other()]);
    const waits = here.measured.filter(([measure]) => measure === "LeaseWaitMs");
    expect(waits).toHaveLength(1);
    expect(waits[0]?.[1]).toBeGreaterThan(0);
    const waitedMs = Math.round(Number(waits[0]?.[1]));
    const { connection } = await one();
    expect(here.logged("waited")).toMatchObject([{ connection, waitedMs }]);
  });

  test("that ends in a problem is measured too", async () => {
    const here = new TestDeployment(atExpiry);
    const deps = here.dependencies();
    const since = here.clock.now();
    const lease = { owner: "vanished", since, until: plusMs(since, 7000), reason: "cold" } as const;
    const own = connectionOf(deps.realm, "default");
    const intent = { lease, doubtedAt: null };
    await deps.store.takeLease(own, null, intent, new AbortController().signal);
    expect(await here.refusalOf({}, 2000)).toMatchObject({ code: "renewal-in-progress" });
    expect(namesIn(here)).toEqual(["LeaseWaitMs"]);
    expect(here.logged("waited")).toHaveLength(1);
  });

  test("for a handover is not measured: it is the provider's rule", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.measured.length = 0;
    here.clock.moveTo(at("10:04:59.500"));
    await here.vend();
    expect(here.clock.slept.length).toBeGreaterThan(0);
    expect(namesIn(here)).toEqual(["Issues"]);
  });
});

test("a static key's remaining days are measured at every check, however many they are", async () => {
  const here = new TestDeployment(onRotation);
  here.callsProvider = false;
  const end = at("10:00:00.000");
  end.setUTCDate(end.getUTCDate() + 90);
  here.lifetime = { kind: "unlimited", until: end };
  here.answer = () => here.issued("key", end);
  await here.vend();
  here.clock.moveTo(at("22:00:00.000"));
  await here.vend();
  expect(here.measured.filter(([measure]) => measure === "KeyEndsInDays")).toEqual([
    ["KeyEndsInDays", 89.5],
  ]);
});

test("without an expiry, the days since a static key was adopted are measured", async () => {
  const here = new TestDeployment(onRotation);
  here.callsProvider = false;
  here.lifetime = { kind: "unlimited", until: null };
  here.answer = () => here.issued("key", null);
  await here.vend();
  here.clock.moveTo(at("22:00:00.000"));
  await here.vend();
  expect(here.measured.filter(([measure]) => /^Key/.test(measure))).toEqual([["KeyAgeDays", 0.5]]);
});

test("a consent's remaining days are measured with every token, however many they are", async () => {
  const here = new TestDeployment(byConsent);
  const nothing = { grantedScope: null, subject: null, customer: null };
  here.consented = {
    refreshToken: new Sensitive("refresh-1"),
    refreshEndsAt: plusMs(at("10:00:00.000"), 30 * 86_400_000),
    ...nothing,
  };
  await here.consent();
  expect(here.measured).toMatchObject([
    ["ConsentEndsInDays", expect.closeTo(30, 4)],
    ["Issues", 1],
  ]);
});
