import { expect, test } from "vitest";
import type { Clock } from "../../functions/model/clock.ts";
import { msBetween, plusMs } from "../../functions/model/clock.ts";
import { correctedClock } from "../../functions/platform/corrected-clock.ts";
import { count, instant, text } from "../../functions/store/attributes.ts";
import { leaseAttributes } from "../../functions/store/record-attributes.ts";
import { realmFreezeCache, recordReader } from "../../functions/store/record-reader.ts";
import { abandonedAt } from "../../functions/vending/decision/usable-token.ts";
import { aLease, at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";

const ten = at("10:00:00.000");
const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** A process whose machine is ahead by so much, and how it reads when a lease of seven seconds is over. */
function aReader(aheadMs: number) {
  const truth = new FixedClock(ten);
  const machine: Clock = {
    now: () => plusMs(truth.now(), aheadMs),
    countdown: (ms) => truth.countdown(ms),
    sleep: (ms, signal) => truth.sleep(ms, signal),
    timeout: (ms, parent) => truth.timeout(ms, parent),
  };
  const clock = correctedClock(machine, () => {});
  const read = recordReader({ clock, log: silent, metrics: null, process: "reader" });
  const lease = aLease({ since: ten, until: plusMs(ten, 7000) });
  const endsInMs = () => {
    const seen = read({ pk: text("a"), ...leaseAttributes(lease) } as never).lease;
    return msBetween(clock.now(), abandonedAt(seen ?? expect.fail("no lease")));
  };
  return { truth, clock, read, endsInMs };
}

test.each([0, 600_000, -600_000])(
  "a lease does not end sooner because the clock of its reader, %i ms ahead, is corrected",
  (aheadMs) => {
    const { truth, clock, endsInMs } = aReader(aheadMs);
    endsInMs();
    truth.advance(10);
    clock.observe(truth.now(), clock.now(), clock.now());
    expect(endsInMs()).toBeGreaterThan(6400);
    expect(endsInMs()).toBeLessThanOrEqual(7000);
  },
);

test("a lease is not prolonged by reading it again", () => {
  const { truth, endsInMs } = aReader(-600_000);
  expect(endsInMs()).toBe(7000);
  truth.advance(3000);
  expect(endsInMs()).toBe(4000);
});

test("what is damaged, or older than before, is read without metrics, too", () => {
  const { truth, read } = aReader(0);
  const row = (fence: string) =>
    read({ pk: text("a"), fence: { N: fence }, version: count(1) } as never);
  expect(row("?").damage).toEqual(["fence"]);
  expect(row("7").fence).toBe(7);
  truth.advance(5000);
  expect(row("6").fence).toBe(6);
});

test("a connection that was never renewed takes as long as those usually do that this process has seen", () => {
  const { read } = aReader(0);
  const typicalOf = (pk: string, version = 0, issueMs?: number) => {
    const renewed = issueMs !== undefined && { typicalIssueMs: count(issueMs) };
    const row = { pk: text(pk), fence: count(1), version: count(version), ...renewed };
    return read(row).typicalRenewalMs;
  };
  expect(typicalOf("new")).toBeNull();
  expect(typicalOf("a", 1, 400)).toBe(400);
  expect(typicalOf("new")).toBe(400);
  expect(typicalOf("b", 1, 300)).toBe(300);
  expect(typicalOf("new")).toBe(300);
  // Read again, it tells nothing new; nor does a row that was put back, or one that is damaged.
  expect(typicalOf("b", 1, 900)).toBe(900);
  expect(typicalOf("b", 0, 900)).toBe(900);
  const damaged = {
    pk: text("c"),
    fence: text("?"),
    version: count(1),
    typicalIssueMs: count(900),
  };
  expect(read(damaged).damage).toEqual(["fence"]);
  expect(typicalOf("new")).toBe(300);
  expect(typicalOf("b", 2, 350)).toBe(350);
  expect(typicalOf("b", 3, 60_000)).toBe(60_000);
  expect(typicalOf("new")).toBe(350);
  expect(typicalOf("b", 4, 380)).toBe(380);
  expect(typicalOf("new")).toBe(380);
  // Of the last five.
  for (const [at, issueMs] of [100, 10, 20].entries()) typicalOf("b", 5 + at, issueMs);
  expect(typicalOf("new")).toBe(100);
  // Written by a release that did not say how long it took.
  expect(typicalOf("d", 1)).toBe(100);
  expect(typicalOf("new")).toBe(100);
});

test("of two readings of a realm's freeze the one counts that began later, in whatever order they end", () => {
  const truth = new FixedClock(ten);
  const logged: unknown[] = [];
  const log = {
    ...silent,
    warn: (event: string, fields = {}) => logged.push({ event, ...fields }),
  };
  const cache = realmFreezeCache(truth, log);
  const fields = { by: text("jo"), at: instant(ten), reason: text("leaked") };
  const row = { pk: text("a/b/~freeze"), frozen: { M: fields } };
  expect([cache.latest(), cache.isFresh()]).toEqual([null, false]);
  const earlier = cache.beginReading();
  truth.advance(1);
  const later = cache.beginReading();
  later(row);
  earlier(null);
  const freeze = { by: "jo", at: ten, reason: "leaked" };
  expect(cache.latest()).toEqual({ of: "realm", ...freeze });
  truth.advance(4999);
  expect(cache.isFresh()).toBe(true);
  truth.advance(1);
  expect(cache.isFresh()).toBe(false);
  expect(logged).toEqual([{ event: "frozen", realm: "a/b", ...freeze }]);
  const [first, last] = [cache.beginReading(), cache.beginReading()];
  first(row);
  last(null);
  expect(cache.latest()).toBeNull();
});
