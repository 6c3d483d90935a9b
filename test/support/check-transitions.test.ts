import { describe, expect, test } from "vitest";
import type { RenewalPolicy } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { Item } from "../../functions/store/attributes.ts";
import type { ObservedWrite } from "./check-transitions.ts";
import { checkTransitions, HistoryReplay } from "./check-transitions.ts";
import { TestDeployment } from "./dependencies.ts";
import { atExpiry, byConsent } from "./policies.ts";

/** A deployment, and what was written to its table. */
function observed(policy: RenewalPolicy) {
  const world = new TestDeployment(policy);
  const writes: ObservedWrite[] = [];
  world.table.onWrite = (pk, after, before) => {
    const at = world.clock.now().getTime();
    writes.push({ pk, at, before, after, policy });
  };
  return { world, writes };
}

const failing = {
  kind: "not-issued",
  code: "provider-unavailable",
  detail: "made up",
  mayHaveIssued: true,
  retryAfterMs: null,
} as const;

/** Two issues, a failure whose outcome is unknown, and a holder that vanishes. */
async function revokingHistory(): Promise<ObservedWrite[]> {
  const { world, writes } = observed(atExpiry);
  await world.vend();
  await world.vend({ rejectedVersion: 1 });
  world.clock.advance(400_000);
  world.answer = () => failing;
  await world.refusalOf();
  world.clock.advance(2000);
  world.answer = () => {
    throw new Error("The process is killed.");
  };
  await world.vend().catch(() => {});
  world.clock.advance(60_000);
  world.answer = () => world.issued();
  await world.vend();
  return writes;
}

/** A person's consent, a refresh, an unknown outcome, a refusal, and a disconnect. */
async function consentHistory(): Promise<ObservedWrite[]> {
  const { world, writes } = observed(byConsent);
  const consented = (refreshToken: string) => ({
    refreshToken: new Sensitive(refreshToken),
    refreshEndsAt: null,
    grantedScope: null,
    subject: null,
    customer: null,
  });
  world.consented = consented("refresh-1");
  await world.consent();
  world.clock.advance(250_000);
  world.consented = consented("refresh-2");
  await world.vend();
  world.clock.advance(250_000);
  world.answer = () => failing;
  await world.vend();
  world.clock.advance(2000);
  world.answer = () => ({ ...failing, code: "consent-required", mayHaveIssued: false });
  await world.vend();
  await world.disconnect();
  return writes;
}

/** The transition that each write is. */
function namesOf(writes: readonly ObservedWrite[]): string[] {
  const replay = new HistoryReplay();
  return writes.map((write) => {
    const before = new Map(replay.taken);
    expect(replay.violationOf(write)).toBeNull();
    return [...replay.taken].find(([name, times]) => before.get(name) !== times)?.[0] ?? "";
  });
}

/** The history with the last write of a kind gone wrong: other attributes, or another condition. */
function planted(
  writes: readonly ObservedWrite[],
  name: string,
  wrong: (write: ObservedWrite) => Partial<ObservedWrite>,
): ObservedWrite[] {
  const index = namesOf(writes).lastIndexOf(name);
  const write = writes[index] ?? expect.fail(`There is no ${name}.`);
  return [...writes.slice(0, index), { ...write, ...wrong(write) }];
}

const setting =
  (attributes: Item) =>
  ({ after }: ObservedWrite) => ({
    after: { ...after, ...attributes },
  });
const dropping =
  (...names: string[]) =>
  ({ after }: ObservedWrite) => ({
    after: Object.fromEntries(
      Object.entries(after ?? {}).filter(([name]) => !names.includes(name)),
    ),
  });
const keeping =
  (...names: string[]) =>
  ({ before, after }: ObservedWrite) => ({
    after: {
      ...after,
      ...Object.fromEntries(names.map((name) => [name, before?.[name] ?? { S: "" }])),
    },
  });

type Planted = readonly [
  wrong: string,
  of: string,
  change: (write: ObservedWrite) => Partial<ObservedWrite>,
  told: string,
];

const revoking: readonly Planted[] = [
  ["a version that is not counted", "token committed", keeping("version"), "the next version"],
  [
    "a version that is skipped",
    "token committed",
    setting({ version: { N: "9" } }),
    "the next version",
  ],
  [
    "a fence that starts again at 1",
    "lease taken",
    setting({ fence: { N: "1" } }),
    "the next fence",
  ],
  ["a fence that stays", "lease taken over", keeping("fence"), "the next fence"],
  [
    "a doubt that a lease erases",
    "lease taken over",
    dropping("doubtedAt", "suspect"),
    "no doubt is lost",
  ],
  [
    "a lease that is taken over while it is alive",
    "lease taken over",
    ({ at }) => ({ at: at - 59_000 }),
    "Leased to Leased",
  ],
  [
    "a lease without end",
    "lease taken",
    ({ after }) => ({
      after: { ...after, leaseUntil: { N: String(Number(after?.["leaseUntil"]?.N) + 60_000) } },
    }),
    "30 s at most",
  ],
  [
    "a token that somebody else commits",
    "token committed",
    setting({ revision: { S: "another.1.end" }, tokenOwner: { S: "another.1" } }),
    "its writer holds the lease",
  ],
  [
    "a token without an owner",
    "token committed",
    dropping("tokenOwner"),
    "the token names the lease",
  ],
  [
    "an issue that the ledger does not have",
    "token committed",
    keeping("ledger"),
    "the ledger has its entry",
  ],
  [
    "a rejection that is forgotten",
    "token committed",
    dropping("rejectionLevel", "rejectionLevelAt"),
    "a rejection counts once",
  ],
  [
    "a failure that deletes a good token",
    "failure recorded",
    dropping("sealed"),
    "the token stays",
  ],
  [
    "a doubt that earlier releases do not see",
    "failure recorded",
    dropping("suspect"),
    "releases before 0.2",
  ],
  [
    "a token that has expired on arrival, and no failure",
    "token committed",
    setting({ usableUntil: { N: "1" } }),
    "the failure is over",
  ],
  ["a failure that nobody counts", "failure recorded", keeping("failure"), "failures are counted"],
  ["a failure that ends nothing", "failure recorded", keeping("leaseOwner"), "Leased to Leased"],
  [
    "a failure that moves the fence",
    "failure recorded",
    setting({ fence: { N: "1" } }),
    "fence stays",
  ],
  [
    "a record that the service deletes",
    "failure recorded",
    () => ({ after: null }),
    "only an operator",
  ],
  [
    "a claim that is moved while it is alive",
    "scope claimed",
    ({ after }) => ({ before: { ...after, scopeOwner: { S: "conferma/production/two" } } }),
    "the claim before it has ended",
  ],
  [
    "a claim under no lease",
    "scope claimed",
    setting({ scopeUntil: { N: "1" } }),
    "a lease that its owner took",
  ],
];

const consenting: readonly Planted[] = [
  [
    "a refresh token that is kept although it was refused",
    "failure recorded",
    keeping("sealedRefresh", "refreshVersion", "refreshFingerprint"),
    "the refresh token goes",
  ],
  [
    "a refresh token from elsewhere",
    "token committed",
    setting({ refreshFingerprint: { S: "elsewhere" }, refreshVersion: { N: "1" } }),
    "a refresh token stays, or comes with this version",
  ],
  [
    "a consent that takes over the date of another",
    "token committed",
    setting({ consentedAt: { N: "1" } }),
    "a refresh token stays",
  ],
  [
    "a disconnect that leaves the consent",
    "disconnected",
    keeping("consentedAt"),
    "nothing is left",
  ],
  [
    "a disconnect that leaves sealed bytes",
    "disconnected",
    keeping("sealedRefresh"),
    "nothing is left",
  ],
  ["a disconnect that leaves the schedule", "disconnected", keeping("dueAt"), "nothing is left"],
  [
    "a disconnect that forgets the versions",
    "disconnected",
    setting({ version: { N: "0" } }),
    "version stays",
  ],
];

describe("the model accepts the code's writes", () => {
  test("where a new token revokes the old", async () => {
    const names = namesOf(await revokingHistory());
    expect(new Set(names)).toEqual(
      new Set([
        "lease taken",
        "scope claimed",
        "token committed",
        "failure recorded",
        "lease taken over",
      ]),
    );
  });

  test("where a person consents", async () => {
    expect(namesOf(await consentHistory())).toEqual([
      ...["lease taken", "scope claimed", "token committed"],
      ...["lease taken", "scope claimed", "token committed"],
      ...["lease taken", "scope claimed", "failure recorded"],
      ...["lease taken", "scope claimed", "failure recorded"],
      ...["lease taken", "disconnected"],
    ]);
  });

  test("and a lease that bounds a doubt from a wrong clock to one of the stored token", async () => {
    const history = await revokingHistory();
    const boundedTo = (name: string) =>
      planted(history, "lease taken", ({ before, after, at }) => ({
        before: { ...before, doubtedAt: { N: String(at + 3_600_000) } },
        after: { ...after, doubtedAt: before?.[name] ?? { S: "" } },
      }));
    expect(checkTransitions(boundedTo("requestedAt"))).toEqual([]);
    expect(checkTransitions(boundedTo("issuedAt"))).toHaveLength(1);
  });

  test("and a level of rejections from a wrong clock that falls from when it was read", async () => {
    const history = await revokingHistory();
    const committed = (index: number) => namesOf(history).indexOf("token committed", index);
    const second = committed(committed(0) + 1);
    const write = history[second] ?? expect.fail("No second commit.");
    const level = (value: number, at: number) => ({
      rejectionLevel: { N: value.toFixed(4) },
      rejectionLevelAt: { N: String(at) },
    });
    const levelled = (value: number, wasAt: number): ObservedWrite => ({
      ...write,
      before: { ...write.before, ...level(1, wasAt) },
      after: { ...write.after, ...level(value, write.at) },
    });
    const told = (last: ObservedWrite) => checkTransitions([...history.slice(0, second), last]);
    expect(told(levelled(1.9, write.at + 3_600_000))).toEqual([]);
    expect(told(levelled(2.1, write.at + 3_600_000))).toHaveLength(1);
    expect(told(levelled(1.9, write.at))).toHaveLength(1);
  });

  test("and whatever an operator does", async () => {
    const [first, , last] = await revokingHistory();
    const deleted = { ...first, before: last?.after ?? null, after: null } as ObservedWrite;
    expect(checkTransitions([{ ...deleted, by: "operator" }])).toEqual([]);
    expect(checkTransitions([deleted])).toHaveLength(1);
  });
});

describe("the model refuses", () => {
  test.each(revoking)("%s", async (_, of, change, told) => {
    const found = checkTransitions(planted(await revokingHistory(), of, change));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(told);
  });

  test.each(consenting)("%s", async (_, of, change, told) => {
    const found = checkTransitions(planted(await consentHistory(), of, change));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(told);
  });
});

describe("the rows of links and pasted codes", () => {
  const link = "conferma/production/~consent/1";
  const code = "conferma/production/~code/1";
  const proof = { B: new Uint8Array([7]) };
  const open = { account: { S: "default" }, proof, expiresAt: { N: "2000" }, ttl: { N: "2" } };
  const bound = { ...open, browser: { S: "hers" } };
  const lives = { expiresAt: { N: "900000" }, ttl: { N: "900" } };
  const claimed = { claimant: { S: "one" }, ...lives };
  const asked = "conferma/production/~asked/jo";
  const ofAsked = { S: "conferma/production/~asked" };
  const first = { realm: ofAsked, pendingId: { S: "1" }, ttl: { N: "2" } };
  const told = (pk: string, at: number, before: Item | null, after: Item | null) =>
    checkTransitions([{ pk, at, before, after }]).join();

  test("go their way", () => {
    expect(told(link, 1000, null, open)).toBe("");
    expect(told(link, 1000, open, bound)).toBe("");
    expect(told(link, 1000, bound, null)).toBe("");
    expect(told(code, 1000, null, claimed)).toBe("");
    expect(told(asked, 1000, null, first)).toBe("");
    expect(told(asked, 1000, first, { ...first, pendingId: { S: "2" } })).toBe("");
  });

  test.each([
    ["a link that moves to another browser", link, 1000, bound, { ...bound, browser: { S: "x" } }],
    ["a link that is bound too late", link, 3000, open, bound],
    ["a link that is used too late", link, 3000, bound, null],
    ["a link without a proof", link, 1000, null, { account: { S: "default" } }],
    ["a link that nobody has followed", link, 1000, open, null],
    ["a code that moves", code, 1000, claimed, { claimant: { S: "two" }, ...lives }],
    ["a code that is soon forgotten", code, 1000, null, { ...claimed, expiresAt: { N: "2000" } }],
    ["who was asked by no link", asked, 1000, null, { realm: ofAsked, ttl: { N: "2" } }],
    [
      "who was asked as a connection",
      asked,
      1000,
      null,
      { ...first, realm: { S: "conferma/production" } },
    ],
    ["who was asked for good", asked, 1000, null, { realm: ofAsked, pendingId: { S: "1" } }],
  ] as const)("and the model refuses %s", (_, pk, at, before, after) => {
    expect(told(pk, at, before, after)).toContain(pk);
  });
});
