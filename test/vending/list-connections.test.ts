import { describe, expect, test } from "vitest";
import type { Connection, RealmId } from "../../functions/model/connection.ts";
import { connectionOf, realmName, realmOf } from "../../functions/model/connection.ts";
import type { LatestLink, StatusReader } from "../../functions/model/connection-status.ts";
import type { Freeze } from "../../functions/model/freeze.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { StatusPage } from "../../functions/vending/list-connections.ts";
import { listConnections } from "../../functions/vending/list-connections.ts";
import { aConsent, aLease, aRecord, aToken, at } from "../support/a-record.ts";
import { FixedClock } from "../support/fixed-clock.ts";
import { atExpiry, byConsent, early } from "../support/policies.ts";

const conferma = { provider: "conferma", environment: "production" } as const;
const sandbox = { provider: "conferma", environment: "sandbox" } as const;
const acme = { provider: "client-credentials", environment: "acme" } as const;
const consented = { provider: "connectpay", environment: "live" } as const;
const signal = new AbortController().signal;

/** A status reader over these records. */
function readerOf(
  records: readonly TokenRecord[],
  freezes: ReadonlyMap<string, Freeze> = new Map(),
  links: ReadonlyMap<Connection, LatestLink> = new Map(),
): StatusReader & { readonly queried: string[] } {
  const all = new Map(records.map((record) => [record.connection, record]));
  const queried: string[] = [];
  const inOrder = (
    connections: Iterable<Connection>,
    realm: RealmId,
    after: Connection | null,
    atMost: number,
  ) => {
    const name = realmName(realm);
    // DynamoDB refuses a start key outside the query.
    if (after && realmOf(after) !== name) throw new Error(`${after} is not of ${name}.`);
    return [...connections]
      .filter((connection) => realmOf(connection) === name && connection > (after ?? ""))
      .sort()
      .slice(0, atMost);
  };
  return {
    queried,
    async connectionsOf(realm, after, atMost) {
      queried.push(realmName(realm));
      return inOrder(all.keys(), realm, after, atMost);
    },
    askedOf: async (realm, after, atMost) => inOrder(links.keys(), realm, after, atMost),
    asked: async (connections) =>
      new Map([...links].filter(([connection]) => connections.includes(connection))),
    freezes: async () => freezes,
    async read(connections) {
      return connections.flatMap((connection) => {
        const record = all.get(connection);
        return record
          ? [
              {
                connection,
                record: record.damage.includes("layout") ? null : record,
                told: nothingTold,
              },
            ]
          : [];
      });
    },
  };
}

const nothingTold = { end: null, contestOverOf: null, stored: null };

const realms = [
  { ...sandbox, policy: atExpiry },
  { ...acme, policy: early },
  { ...conferma, policy: atExpiry },
  { ...consented, policy: byConsent },
];

function list(reader: StatusReader, realm: string | null, after: Connection | null = null) {
  const clock = new FixedClock(at("10:01:00.000"));
  return listConnections({ realms, reader, clock }, { realm, after }, signal);
}

const numbered = (realm: typeof conferma | typeof sandbox | typeof acme, count: number) =>
  Array.from({ length: count }, (_, n) =>
    aRecord({ connection: connectionOf(realm, `a-${String(n).padStart(3, "0")}`) }),
  );

/** All pages, each requested with the cursor of the previous one. */
async function pagesOf(reader: StatusReader, realm: string | null): Promise<StatusPage[]> {
  const pages: StatusPage[] = [];
  for (let after: Connection | null | undefined; after !== null; ) {
    const page = await list(reader, realm, after);
    pages.push(page);
    after = page.last;
  }
  return pages;
}

const namesIn = (pages: readonly StatusPage[]) =>
  pages.flatMap(({ connections }) => connections.map(({ connection }) => connection));

describe("a list of connections", () => {
  test("has all realms of the deployment in the order of their names, unless one is requested", async () => {
    const reader = readerOf([
      ...numbered(sandbox, 1),
      ...numbered(acme, 1),
      ...numbered(conferma, 1),
    ]);
    expect(namesIn([await list(reader, null)])).toEqual([
      "client-credentials/acme/a-000",
      "conferma/production/a-000",
      "conferma/sandbox/a-000",
    ]);
    reader.queried.length = 0;
    expect(namesIn([await list(reader, "conferma/sandbox")])).toEqual(["conferma/sandbox/a-000"]);
    expect(reader.queried).toEqual(["conferma/sandbox"]);
  });

  test("of a realm without vends is empty", async () => {
    expect(await list(readerOf([]), "conferma/sandbox")).toEqual({ connections: [], last: null });
  });

  test("of a realm that is not deployed is refused with the names of the deployed ones", async () => {
    await expect(list(readerOf([]), "conferma/staging")).rejects.toMatchObject({
      code: "unknown-connection",
      message: expect.stringContaining("conferma/production"),
    });
  });

  test.each([0, 1, 99, 100, 101, 200, 250])(
    "of %i connections in each realm has pages of a hundred, and each connection once",
    async (count) => {
      const all = [
        ...numbered(acme, count),
        ...numbered(conferma, count),
        ...numbered(sandbox, count),
      ];
      const reader = readerOf(all);
      const pages = await pagesOf(reader, null);
      expect(namesIn(pages)).toEqual(all.map(({ connection }) => connection));
      expect(pages).toHaveLength(Math.max(1, Math.ceil((3 * count) / 100)));
      const inOne = await pagesOf(reader, "conferma/production");
      expect(namesIn(inOne)).toEqual(numbered(conferma, count).map(({ connection }) => connection));
    },
  );

  test("continues after a connection that was deleted, and does not query earlier realms again", async () => {
    const reader = readerOf([...numbered(conferma, 2), ...numbered(sandbox, 1)]);
    const page = await list(reader, null, connectionOf(conferma, "a-0000"));
    expect(namesIn([page])).toEqual(["conferma/production/a-001", "conferma/sandbox/a-000"]);
    expect(reader.queried).toEqual(["conferma/production", "conferma/sandbox", "connectpay/live"]);
  });

  test("reads at most one connection more than a page, realm by realm", async () => {
    const all = [...numbered(acme, 40), ...numbered(conferma, 61), ...numbered(sandbox, 9)];
    const reader = readerOf(all);
    const wanted: number[] = [];
    const connectionsOf: StatusReader["connectionsOf"] = (realm, after, atMost, until) => {
      wanted.push(atMost);
      return reader.connectionsOf(realm, after, atMost, until);
    };
    const page = await list({ ...reader, connectionsOf }, null);
    expect(page.connections).toHaveLength(100);
    expect(page.last).toBe("conferma/production/a-059");
    expect(wanted).toEqual([101, 61]);
  });

  test("omits what the index still has and the table no longer has", async () => {
    const reader = readerOf(numbered(conferma, 3));
    const read = async (wanted: readonly Connection[]) => reader.read(wanted.slice(1), signal);
    expect(namesIn([await list({ ...reader, read }, null)])).toHaveLength(2);
  });
});

describe("a connection whose person was asked to consent", () => {
  const jo = connectionOf(consented, "jo");
  const link = { until: at("10:05:00.000"), begunBy: "arn:aws:iam::111122223333:role/asker" };
  const statusesOf = async (reader: StatusReader) =>
    (await list(reader, "connectpay/live")).connections;

  test("is listed without a record, as waiting for the consent", async () => {
    expect(await statusesOf(readerOf([], new Map(), new Map([[jo, link]])))).toEqual([
      {
        ...{ connection: jo, state: "consent-required", version: 0, asked: link },
        ...{
          token: null,
          lease: null,
          lastIssue: null,
          failure: null,
          consent: null,
          frozen: null,
        },
      },
    ]);
  });

  test("is listed once, with its record, where it has one", async () => {
    const reader = readerOf([aRecord({ connection: jo })], new Map(), new Map([[jo, link]]));
    expect(await statusesOf(reader)).toMatchObject([{ connection: jo, version: 3, asked: link }]);
  });

  test("is not, or no longer asked, once the link has ended", async () => {
    const ended = { ...link, until: at("10:01:00.000") };
    const links = new Map([[jo, ended]]);
    expect(await statusesOf(readerOf([], new Map(), links))).toEqual([]);
    const reader = readerOf([aRecord({ connection: jo })], new Map(), links);
    expect(await statusesOf(reader)).toMatchObject([{ connection: jo, asked: null }]);
  });

  test("is frozen with its realm", async () => {
    const freeze = { ...{ by: "an operator", reason: "A test." }, at: at("10:00:00.000") };
    const freezes = new Map([["connectpay/live", { of: "realm", ...freeze } as const]]);
    const reader = readerOf([], freezes, new Map([[jo, link]]));
    expect(await statusesOf(reader)).toMatchObject([{ state: "frozen", frozen: freeze }]);
  });

  test("of a realm that asks nobody is not looked for", async () => {
    const other = connectionOf(conferma, "jo");
    expect(await statusesOf(readerOf([], new Map(), new Map([[other, link]])))).toEqual([]);
    expect(
      (await list(readerOf([], new Map(), new Map([[other, link]])), null)).connections,
    ).toEqual([]);
  });

  test.each([0, 50, 100, 150])(
    "is on a page in its place, once, also where the links of %i others have ended",
    async (count) => {
      const ended = { ...link, until: at("10:00:00.000") };
      const named = (letter: string) =>
        Array.from({ length: count }, (_, n) =>
          connectionOf(consented, `${letter}-${String(n).padStart(3, "0")}`),
        );
      const links = new Map([
        ...named("a").map((connection) => [connection, ended] as const),
        ...named("b").map((connection) => [connection, link] as const),
      ]);
      const records = [...named("b"), ...named("c")].map((connection) => aRecord({ connection }));
      const pages = await pagesOf(readerOf(records, new Map(), links), "connectpay/live");
      expect(namesIn(pages)).toEqual([...named("b"), ...named("c")]);
      expect(pages.length).toBe(Math.max(1, Math.ceil((3 * count) / 100)));
    },
  );
});

test("a realm that is not deployed is refused with the names of all realms", async () => {
  await expect(list(readerOf([]), "conferma/staging")).rejects.toMatchObject({
    message:
      "realm: unknown; the realms are conferma/sandbox, client-credentials/acme, conferma/production, connectpay/live.",
  });
});

describe("a connection's status", () => {
  const statusOf = async (record: TokenRecord) =>
    (await list(readerOf([record]), null)).connections[0];

  test("follows its own realm's policy", async () => {
    const leased = { lease: aLease({ until: at("10:01:07.000") }) };
    const token = aToken({ renewAt: at("10:00:50.000") });
    const states = await Promise.all(
      [conferma, acme].map((realm) =>
        statusOf(aRecord({ ...leased, token, connection: connectionOf(realm, "default") })),
      ),
    );
    expect(states.map((status) => status?.state)).toEqual(["renewing", "usable"]);
  });

  test("names the latest issue in the record's ledger", async () => {
    const entry = {
      owner: "a.1",
      fence: 1,
      version: 1,
      reason: "expired",
      latencyMs: 151,
    } as const;
    const ledger = [
      { ...entry, at: at("09:50:00.000"), fingerprint: "a", outcome: "issued" },
      { ...entry, at: at("09:55:00.000"), fingerprint: "b", outcome: "issued" },
      { ...entry, at: at("09:56:00.000"), fingerprint: "c", outcome: "late" },
      { ...entry, at: at("10:00:00.000"), fingerprint: null, outcome: "provider-unavailable" },
    ] as const;
    expect((await statusOf(aRecord({ ledger })))?.lastIssue).toEqual(ledger[1]);
    expect((await statusOf(aRecord({ ledger: ledger.slice(2) })))?.lastIssue).toBeNull();
  });

  test("says until when a consent lasts and whether it is renewed, and has no refresh token", async () => {
    const { refresh, ...others } = aConsent();
    const consentOf = async (consent: TokenRecord["consent"]) =>
      (await statusOf(aRecord({ consent, connection: connectionOf(consented, "default") })))
        ?.consent;
    expect(await consentOf({ ...others, refresh })).toEqual({
      ...others,
      endsAt: refresh?.endsAt,
      isRenewable: true,
    });
    expect(await consentOf({ ...others, refresh: null })).toMatchObject({ isRenewable: false });
    expect(await consentOf(null)).toBeNull();
  });

  test("is frozen by itself, or with its realm, which is said first", async () => {
    const freeze: Freeze = {
      ...{ of: "connection", by: "operator jo", at: at("09:59:00.000"), reason: "A test." },
    };
    const ofRealm: Freeze = { ...freeze, of: "realm" };
    const record = aRecord({ connection: connectionOf(conferma, "default"), frozen: freeze });
    const frozenOf = async (freezes: ReadonlyMap<string, Freeze>) =>
      (await list(readerOf([record], freezes), null)).connections[0]?.frozen;
    expect(await frozenOf(new Map())).toEqual(freeze);
    expect(await frozenOf(new Map([[realmName(conferma), ofRealm]]))).toEqual(ofRealm);
  });

  test("lists a record that this release cannot read, or that is damaged, among the others", async () => {
    const [newer, damaged, fine] = ["newer", "damaged", "fine"].map((account) =>
      connectionOf(conferma, account),
    ) as [Connection, Connection, Connection];
    const { connections } = await list(
      readerOf([
        aRecord({ connection: newer, damage: ["layout"] }),
        aRecord({ connection: damaged, damage: ["failure"] }),
        aRecord({ connection: fine }),
      ]),
      null,
    );
    expect(connections).toMatchObject([
      { connection: damaged, state: "damaged", version: 3 },
      { connection: fine, state: "usable" },
      { connection: newer, state: "damaged", version: 0, token: null, lease: null },
    ]);
  });
});
