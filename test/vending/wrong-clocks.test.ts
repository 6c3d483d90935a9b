import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { aFailedIssue, at } from "../support/a-record.ts";
import { TestDeployment } from "../support/dependencies.ts";
import { atExpiry, early } from "../support/policies.ts";

const tenMinutes = 600_000;
const offsets = [
  ["two seconds", 2000],
  ["ten minutes", tenMinutes],
  ["an hour", 3_600_000],
  ["a year", 365 * 86_400_000],
] as const;
const down = aFailedIssue();
/** A lease, the skew of clocks, and whole seconds: a caller is told in them when to come back. */
const oneLeaseMs = 7000 + 250 + 1000;

describe.each(offsets)("a process whose clock is %s ahead", (_, aheadMs) => {
  test("and that crashes with the lease costs the others one lease", async () => {
    const here = new TestDeployment(atExpiry);
    const { sealer } = here.dependencies();
    const prepare = () => Promise.reject(new Error("The process is gone (made up)."));
    await here
      .processAhead(aheadMs, { sealer: { ...sealer, prepare } })()
      .catch(() => {});
    const begun = Number(here.clock.now());
    expect(await here.vendPatiently()).toMatchObject({ version: 1 });
    expect(Number(here.clock.now()) - begun).toBeLessThanOrEqual(oneLeaseMs + 200);
  });

  test("and that commits a token costs the others one issue, and none of them vends the token", async () => {
    const here = new TestDeployment(atExpiry);
    here.lifetime = { kind: "stated", atLeastMs: 60_000, atMostMs: 60_000 };
    await here.processAhead(aheadMs)();
    expect(await here.vend()).toMatchObject({ version: 2 });
    here.clock.advance(30_000);
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(here.asked).toHaveLength(2);
    here.clock.advance(30_001);
    expect(await here.vend()).toMatchObject({ version: 3 });
  });

  test("and that records a failure does not lengthen the others' back-off", async () => {
    const here = new TestDeployment(atExpiry);
    here.answer = () => down;
    await here
      .processAhead(aheadMs)()
      .catch(() => {});
    here.answer = () => here.issued();
    expect(await here.vend()).toMatchObject({ version: 1 });
  });

  test("and that crashes with the lease of a vended token leaves no doubt about the next one", async () => {
    const here = new TestDeployment(atExpiry);
    await here.processAhead(aheadMs)();
    const { sealer } = here.dependencies();
    const prepare = () => Promise.reject(new Error("The process is gone (made up)."));
    await here
      .processAhead(aheadMs, { sealer: { ...sealer, prepare } })({ rejectedVersion: 1 })
      .catch(() => {});
    expect(await here.vendPatiently()).toMatchObject({ version: 2 });
    expect(await here.record()).toMatchObject({ doubtedAt: null, damage: [] });
    here.clock.advance(1000);
    expect(await here.vend()).toMatchObject({ version: 2 });
  });

  test("and that rejects a token does not keep the circuit breaker open", async () => {
    const here = new TestDeployment(atExpiry);
    here.lifetime = { kind: "stated", atLeastMs: 86_400_000, atMostMs: 86_400_000 };
    const wrong = here.processAhead(aheadMs);
    await wrong();
    for (const rejectedVersion of [1, 2, 3]) await wrong({ rejectedVersion });
    expect(await here.vend()).toMatchObject({ version: 5 });
    here.clock.advance(300_000);
    expect(await here.vend({ rejectedVersion: 5 })).toMatchObject({ version: 6 });
  });
});

describe("an instant that a wrong clock has written", () => {
  test("is reported once a minute, and repaired by the next commit", async () => {
    const here = new TestDeployment(early);
    here.callsProvider = true;
    await here.processAhead(tenMinutes)();
    here.answer = () => down;
    await here.refusalOf();
    await here.refusalOf();
    const damaged = { level: "error", connection: "conferma/production/default" };
    expect(here.logged("record-damaged")).toMatchObject([
      { ...damaged, damage: ["token"] },
      { ...damaged, damage: ["token"] },
    ]);
    const counted = here.measured.filter(([measure]) => measure === "DamagedRecords");
    expect(counted).toHaveLength(2);

    here.clock.advance(2000);
    here.answer = () => here.issued();
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(await here.record()).toMatchObject({ damage: [] });
  });

  test("is reported by one process once a minute", async () => {
    const here = new TestDeployment(atExpiry);
    await here.processAhead(tenMinutes)();
    here.answer = () => down;
    const process = here.process();
    for (let n = 0; n < 5; n += 1) {
      await process().catch(() => {});
      here.clock.advance(10_000);
    }
    expect(here.logged("record-damaged")).toHaveLength(1);
    here.clock.advance(20_000);
    await process().catch(() => {});
    expect(here.logged("record-damaged")).toHaveLength(2);
  });

  test.each([
    ["the end of time", { N: "8640000000000000" }],
    ["a century later", { N: String(Date.UTC(2126, 1)) }],
    ["long before dates", { N: "-8640000000000001" }],
  ])("as that of the next renewal is repaired by it, even if it is %s", async (_, renewAt) => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const { items } = here.table;
    const [[pk, row] = ["", {}]] = items;
    items.set(pk, { ...row, renewAt });
    here.clock.moveTo(at("10:05:01.000"));
    expect(await here.vend()).toMatchObject({ version: 2 });
    expect(await here.record()).toMatchObject({ damage: [] });
    expect(here.asked).toHaveLength(2);
  });

  test("does not make the schedule renew an unused connection for ever", async () => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    const { items } = here.table;
    const [[pk, row] = ["", {}]] = items;
    items.set(pk, { ...row, keptUntil: { N: String(Date.UTC(2126, 1)) } });
    for (let n = 0; n < 90; n += 1) {
      await here.tick();
      here.clock.advance(60_000);
    }
    const asked = here.asked.length;
    for (let n = 0; n < 30; n += 1) {
      await here.tick();
      here.clock.advance(60_000);
    }
    expect(here.asked).toHaveLength(asked);
  });

  test("is repaired when the provider answers the same token again", async () => {
    const here = new TestDeployment(atExpiry);
    const expiresAt = at("10:05:00.000");
    here.answer = () => here.issued("canary-same", expiresAt);
    await here.processAhead(tenMinutes)();
    here.clock.moveTo(at("10:02:00.000"));
    const vended = await here.vend();
    expect(vended).toMatchObject({ version: 1, usableUntil: at("10:04:59.000") });
    expect((await here.record())?.token?.renewAt).toEqual(at("10:05:00.450"));
    expect(await here.record()).toMatchObject({ damage: [] });
  });
});

describe("a process whose clock is behind", () => {
  test("trusts the record once two others agree on a later time, and revokes no token", async () => {
    const here = new TestDeployment(atExpiry);
    here.lifetime = { kind: "stated", atLeastMs: 3_600_000, atMostMs: 3_600_000 };
    await here.vend();
    await here.vend({ rejectedVersion: 1 });
    const behind = here.processAhead(-tenMinutes);
    for (let n = 0; n < 3; n += 1) {
      expect(await behind({}, 60_000)).toMatchObject({ version: 2 });
      here.clock.advance(60_000);
    }
    expect(here.asked).toHaveLength(2);
    expect(here.logged("record-damaged")).toEqual([]);
  });

  test("costs one issue where only one other process has written", async () => {
    const here = new TestDeployment(atExpiry);
    here.lifetime = { kind: "stated", atLeastMs: 3_600_000, atMostMs: 3_600_000 };
    const right = here.process();
    await right();
    const behind = here.processAhead(-tenMinutes);
    expect(await behind()).toMatchObject({ version: 2 });
    here.clock.advance(31_000);
    expect(await right()).toMatchObject({ version: 2 });
    expect(here.asked).toHaveLength(2);
  });
});

describe("a row that was edited by hand", () => {
  const edits: readonly [what: string, edit: Record<string, AttributeValue>][] = [
    ["a lease beyond dates", { ...aLeaseUntil("9007199254740993") }],
    ["a lease of a year", { ...aLeaseUntil(String(Number(at("10:00:00.000")) + 3e10)) }],
    ["a fence beyond all numbers", { fence: { N: "99999999999999999999" } }],
    ["a pause of a year", { failure: aPauseUntil(Number(at("10:00:00.000")) + 3e10) }],
    ["a pause beyond dates", { failure: aPauseUntil(9e15) }],
    ["a doubt in a year", { doubtedAt: { N: String(Number(at("10:00:00.000")) + 3e10) } }],
    ["a level of rejections beyond reason", { rejectionLevel: { N: "1e30" } }],
  ];

  test.each(edits)("with %s is repaired by the next vend, in few writes", async (_, edit) => {
    const here = new TestDeployment(atExpiry);
    await here.vend();
    here.clock.moveTo(at("10:20:00.000"));
    const [pk = "", item] = [...here.table.items].find(([key]) => !key.includes("~")) ?? [];
    here.table.items.set(pk, { ...item, ...edit });
    let writes = 0;
    here.table.onWrite = () => {
      writes += 1;
    };
    const vended = await here.vendPatiently();
    expect(vended).toMatchObject({ version: 2 });
    expect(Number(here.clock.now())).toBeLessThan(Number(at("10:20:32.000")));
    expect(writes).toBe(3);
    expect(await here.record()).toMatchObject({ damage: [], lease: null, failure: null });
  });
});

function aLeaseUntil(until: string): Record<string, AttributeValue> {
  return {
    leaseOwner: { S: "edited" },
    leaseSince: { N: String(Number(at("10:00:00.000"))) },
    leaseUntil: { N: until },
    leaseReason: { S: "expired" },
  };
}

function aPauseUntil(ms: number): AttributeValue {
  return {
    M: {
      code: { S: "provider-unavailable" },
      detail: { S: "The provider answered 503." },
      at: { N: String(Number(at("10:00:00.000"))) },
      count: { N: "1" },
      retryAt: { N: String(ms) },
    },
  };
}
