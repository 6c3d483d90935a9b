import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { msBetween, plusMs } from "../../functions/model/clock.ts";
import type { Reader } from "../../functions/model/record-bounds.ts";
import { boundRecord } from "../../functions/model/record-bounds.ts";
import type { LedgerEntry, TokenRecord } from "../../functions/model/token-record.ts";
import { isDoubted } from "../../functions/model/token-record.ts";
import { abandonedAt } from "../../functions/vending/decision/usable-token.ts";
import { aFailure, aLease, aRecord, aToken, at } from "../support/a-record.ts";

const now = at("10:01:00.000");
const readBy = (process = "reader", seenAt = now): Reader => ({
  now,
  process,
  firstSeenAt: () => seenAt,
});
const bounded = (record: Partial<TokenRecord>, reader = readBy()) =>
  boundRecord(aRecord(record), reader);

const entry = (owner: string, time: string, outcome: LedgerEntry["outcome"] = "issued") => ({
  at: at(time),
  fence: 1,
  owner,
  version: 1,
  reason: "expired" as const,
  latencyMs: 150,
  fingerprint: "9f86d081884c",
  outcome,
});

describe("an instant in the past", () => {
  test("may seem a second ahead: clocks differ, and answers take time", () => {
    const token = aToken({ requestedAt: now, issuedAt: plusMs(now, 1000) });
    const lease = aLease({ since: plusMs(now, 1000), until: plusMs(now, 8000) });
    const failure = aFailure({ at: plusMs(now, 1000), retryAt: plusMs(now, 2000) });
    const record = aRecord({ token, lease, failure, doubtedAt: plusMs(now, 1000) });
    const read = boundRecord(record, readBy("reader", plusMs(now, 1000)));
    expect(read).toEqual({ ...record, lease: { ...lease, wornOutAt: plusMs(now, 8000) } });
  });

  test.each([
    ["of a token: it has expired", { token: aToken({ issuedAt: plusMs(now, 1001) }) }, "token"],
    ["of a failure: nobody backs off", { failure: aFailure({ at: plusMs(now, 1001) }) }, "failure"],
    ["of a lease", { lease: aLease({ since: plusMs(now, 1001) }) }, "lease"],
    ["of a doubt", { doubtedAt: plusMs(now, 1001) }, "doubtedAt"],
    ["of a rejection", { rejections: { level: 3, at: plusMs(now, 1001) } }, "rejections"],
  ])("is damage if it is further ahead: %s", (_, record, name) => {
    expect(bounded(record).damage).toEqual([name]);
  });
});

describe("a token from the future", () => {
  const future = aToken({ requestedAt: plusMs(now, 9000), issuedAt: plusMs(now, 9200) });

  test("counts as expired", () => {
    const { token } = bounded({ token: future });
    expect(token).toMatchObject({ usableUntil: new Date(0), renewAt: new Date(0) });
  });

  test("stays usable if it is a key that does not expire, and is checked again", () => {
    const { token } = bounded({ token: { ...future, usableUntil: null } });
    expect(token).toMatchObject({ usableUntil: null, renewAt: new Date(0) });
  });

  test("stays in doubt, and the next token will not be", () => {
    const record = bounded({ token: future, doubtedAt: plusMs(now, 9200) });
    expect(isDoubted(record)).toBe(true);
    expect(isDoubted({ ...record, token: aToken({ requestedAt: now }) })).toBe(false);
  });
});

describe("a token whose times cannot be, whenever it was issued, counts as expired:", () => {
  const century = at("10:00:00.000").setFullYear(2126);
  const long = plusMs(new Date(century), 36_526 * 86_400_000);
  const key = { usableUntil: null, issuedUnder: "on-rotation" } as const;

  test.each([
    ["it lives longer than any token", aToken({ usableUntil: long, renewAt: long })],
    [
      "its renewal comes long after its end",
      aToken({ usableUntil: at("10:05:00.000"), renewAt: at("10:06:30.001") }),
    ],
    ["its secret is not read for long", aToken({ ...key, renewAt: at("10:02:01.001") })],
  ])("%s", (_, token) => {
    const read = bounded({ token });
    expect(read.damage).toEqual(["token"]);
    expect(read.token).toEqual({
      ...token,
      requestedAt: new Date(0),
      issuedAt: new Date(0),
      usableUntil: token.usableUntil && new Date(0),
      renewAt: new Date(0),
    });
  });

  test.each([
    [
      "a token of a hundred years",
      aToken({ usableUntil: plusMs(aToken().issuedAt, 36_525 * 86_400_000) }),
    ],
    ["the widest margin", aToken({ usableUntil: at("10:05:00.000"), renewAt: at("10:06:30.000") })],
    ["a key about to be checked", aToken({ ...key, renewAt: at("10:02:01.000") })],
    [
      "a key that ends in decades",
      aToken({ issuedUnder: "on-rotation", usableUntil: long, renewAt: at("10:02:01.000") }),
    ],
  ])("but not %s", (_, token) => {
    expect(bounded({ token })).toMatchObject({ token, damage: [] });
  });
});

describe("the schedule keeps a connection alive", () => {
  const keptOf = (keepAliveUntil: Date, renewAt = at("10:05:00.000")) =>
    bounded({ token: aToken({ usableUntil: renewAt, renewAt, keepAliveUntil }) });

  test("for an hour from now, or two minutes beyond the next renewal, whatever a clock was ahead", () => {
    const latest = at("11:01:00.000");
    const late = keptOf(at("12:00:00.000"));
    expect(late).toMatchObject({ token: { keepAliveUntil: latest }, damage: ["token"] });
    expect(keptOf(plusMs(latest, 1000))).toMatchObject({ damage: [] });
    const renewAt = at("11:30:00.000");
    expect(keptOf(at("11:32:01.000"), renewAt)).toMatchObject({ damage: [] });
    expect(keptOf(at("11:32:01.001"), renewAt).token).toMatchObject({
      keepAliveUntil: at("11:32:00.000"),
      renewAt,
    });
  });

  test("no longer where its token is damaged too", () => {
    const issuedAt = at("12:00:00.000");
    const token = aToken({ issuedAt, renewAt: issuedAt, keepAliveUntil: at("13:00:00.000") });
    expect(bounded({ token }).token).toMatchObject({ keepAliveUntil: at("11:01:00.000") });
  });
});

describe("a lease", () => {
  test("of a wrong clock lasts for its own duration from when it was first seen", () => {
    const lease = aLease({ since: at("11:00:00.000"), until: at("11:00:07.000") });
    const seenAt = at("10:00:58.000");
    expect(bounded({ lease }, readBy("reader", seenAt)).lease).toMatchObject({
      since: seenAt,
      until: at("10:01:05.000"),
    });
  });

  test("of a clock that is slightly ahead does so too", () => {
    const lease = aLease({ since: plusMs(now, 900), until: plusMs(now, 7900) });
    const { lease: kept, damage } = bounded({ lease });
    expect(kept).toMatchObject({ ...lease, until: plusMs(now, 7000) });
    expect(damage).toEqual([]);
  });

  test("that was watched for its own duration is over, without the tolerance for clocks", () => {
    const lease = aLease({ since: plusMs(now, -10), until: plusMs(now, 6990) });
    const overIn = (seenAt: Date) => {
      const read = bounded({ lease }, readBy("reader", seenAt));
      return msBetween(now, abandonedAt(read.lease ?? expect.fail("no lease")));
    };
    expect(overIn(plusMs(now, -5))).toBe(6995);
    // Who has seen it late judges by its clock.
    expect(overIn(plusMs(now, 3000))).toBe(7240);
  });

  test.each([
    ["too long", at("10:00:30.001")],
    ["that ends before it begins", at("09:59:59.999")],
  ])("%s lasts as long as the longest lease", (_, until) => {
    const { lease, damage } = bounded({ lease: aLease({ until }) }, readBy("reader", now));
    expect(lease?.until).toEqual(until < at("10:00:00.000") ? plusMs(now, 30_000) : until);
    expect(damage).toEqual(["lease"]);
  });

  test("that has ended has ended", () => {
    const lease = aLease();
    expect(bounded({ lease })).toMatchObject({ lease, damage: [] });
  });
});

describe("a back-off", () => {
  test("is at most a quarter of an hour from its failure", () => {
    const failure = aFailure({ retryAt: at("23:00:00.000") });
    const record = bounded({ failure });
    expect(record.failure?.retryAt).toEqual(at("10:15:00.000"));
    expect(record.damage).toEqual(["failure"]);
  });
});

describe("whose clock is wrong, where instants are ahead", () => {
  const future = aToken({
    committedBy: "a.1",
    requestedAt: at("10:10:00.000"),
    issuedAt: at("10:10:00.200"),
  });
  const isTaken = (record: Partial<TokenRecord>, process = "reader") =>
    bounded({ version: 1, ...record }, readBy(process)).damage.length === 0;

  test.each<[rule: string, record: Partial<TokenRecord>, isTaken: boolean]>([
    ["one other process's", { token: future }, false],
    [
      "one other process's, however often it has written",
      { token: future, ledger: [entry("a.1", "10:10:00.000"), entry("a.2", "10:11:00.000")] },
      false,
    ],
    [
      "ours, where two others agree",
      { token: future, ledger: [entry("a.1", "10:10:00.000"), entry("b.1", "10:11:00.000")] },
      true,
    ],
    [
      "ours, where another's lease agrees",
      {
        token: future,
        ledger: [entry("a.1", "10:10:00.000")],
        lease: aLease({ owner: "b.1", since: at("10:12:00.000"), until: at("10:12:07.000") }),
      },
      true,
    ],
    [
      "theirs, where a third wrote earlier by its clock after them",
      {
        token: future,
        ledger: [
          entry("a.1", "10:10:00.000"),
          entry("b.1", "10:11:00.000"),
          entry("c.1", "10:00:59.000"),
        ],
      },
      false,
    ],
    [
      "theirs, where the later one contradicts the earlier",
      { token: future, ledger: [entry("b.1", "11:00:00.000"), entry("a.1", "10:10:00.000")] },
      false,
    ],
    [
      "ours, though we wrote in between ourselves",
      {
        token: future,
        ledger: [
          entry("a.1", "10:10:00.000"),
          entry("reader.7", "10:00:59.000"),
          entry("b.1", "10:11:00.000"),
        ],
      },
      true,
    ],
    [
      "ours, though a late entry is older than its place",
      {
        token: future,
        ledger: [
          entry("a.1", "10:10:00.000"),
          entry("b.1", "10:11:00.000"),
          entry("c.1", "10:00:30.000", "late"),
        ],
      },
      true,
    ],
    [
      "theirs, where the ledger shows that one of them issued what an earlier release left another's name on",
      {
        version: 2,
        token: { ...future, committedBy: "b.1" },
        ledger: [{ ...entry("a.1", "10:10:00.200"), version: 2 }],
      },
      false,
    ],
    [
      "not known of earlier releases, which named nobody",
      { token: { ...future, committedBy: "" }, ledger: [entry("", "10:10:00.000")] },
      false,
    ],
  ])("%s", (_, record, taken) => {
    expect(isTaken(record)).toBe(taken);
  });

  test("a lease still lasts no longer than its own duration", () => {
    const lease = aLease({ owner: "b.1", since: at("10:12:00.000"), until: at("10:12:07.000") });
    const ledger = [entry("a.1", "10:10:00.000")];
    const record = bounded({ version: 1, token: future, ledger, lease });
    expect(record).toMatchObject({ token: future, damage: [] });
    expect(record.lease?.until).toEqual(plusMs(now, 7000));
  });
});

test("no record makes a process wait for longer than a lease or a back-off, or vends a token of the future", () => {
  const instants = fc.integer({ min: -1e12, max: 1e12 }).map((ms) => plusMs(now, ms));
  const record = fc.record({
    issuedAt: instants,
    since: instants,
    until: instants,
    failedAt: instants,
    retryAt: instants,
    doubtedAt: instants,
  });
  fc.assert(
    fc.property(record, ({ issuedAt, since, until, failedAt, retryAt, doubtedAt }) => {
      const token = aToken({ requestedAt: issuedAt, issuedAt, committedBy: "a.1" });
      const failure = aFailure({ at: failedAt, retryAt });
      const lease = aLease({ owner: "a.2", since, until });
      const bound = bounded({ token, lease, failure, doubtedAt });
      expect(Number(bound.lease?.until)).toBeLessThanOrEqual(Number(now) + 30_000);
      expect(Number(bound.failure?.retryAt)).toBeLessThanOrEqual(Number(now) + 901_000);
      expect(Number(bound.token?.issuedAt)).toBeLessThanOrEqual(Number(now) + 1000);
      expect(Number(bound.doubtedAt)).toBeLessThanOrEqual(Number(now) + 1000);
    }),
  );
});
