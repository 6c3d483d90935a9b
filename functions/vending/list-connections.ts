import type { Clock } from "../model/clock.ts";
import type { Connection, RealmId } from "../model/connection.ts";
import { realmName, realmOf } from "../model/connection.ts";
import type {
  ConnectionStatus,
  ConsentStatus,
  StatusReader,
  StatusRecord,
} from "../model/connection-status.ts";
import { VendingError } from "../model/errors.ts";
import type { Freeze } from "../model/freeze.ts";
import type { RenewalPolicy } from "../model/provider.ts";
import { isByConsent } from "../model/provider.ts";
import type { TokenRecord } from "../model/token-record.ts";
import { consentEndsAt } from "../model/token-record.ts";
import { connectionState } from "./decision/connection-state.ts";

/** DynamoDB's limit for one BatchGetItem. */
const pageSize = 100;

/** A realm of the deployment, with its renewal policy. */
interface ListedRealm extends RealmId {
  readonly policy: RenewalPolicy;
}

interface StatusDependencies {
  readonly realms: readonly ListedRealm[];
  readonly reader: StatusReader;
  readonly clock: Clock;
}

export interface ListRequest {
  /** Null: all realms of the deployment. */
  readonly realm: string | null;
  /** The last connection of the previous page; null for the first page. */
  readonly after: Connection | null;
}

export interface StatusPage {
  readonly connections: readonly ConnectionStatus[];
  /** The last connection of this page if there are more, else null. */
  readonly last: Connection | null;
}

/** A connection that has a record, or of which a person was asked to consent, lately. */
interface Found {
  readonly connection: Connection;
  readonly isAsked: boolean;
}

/**
 * One page of the status of all connections, ordered by realm and account, with those that wait for a person's first
 * consent. Fails with a `VendingError`.
 */
export async function listConnections(
  deps: StatusDependencies,
  { realm, after }: ListRequest,
  signal: AbortSignal,
): Promise<StatusPage> {
  const requested = realm === null ? deps.realms : [realmNamed(deps, realm)];
  const found: Found[] = [];
  for (const each of inOrderFrom(requested, after)) {
    const missing = pageSize + 1 - found.length;
    const start = after !== null && realmOf(after) === realmName(each) ? after : null;
    found.push(...(await findIn(deps, each, start, missing, signal)));
    if (found.length > pageSize) break;
  }
  const page = found.slice(0, pageSize);
  const connections = page.map(({ connection }) => connection);
  const realms = requested.filter((each) =>
    connections.some((connection) => realmOf(connection) === realmName(each)),
  );
  const [records, asked, freezes] = await Promise.all([
    deps.reader.read(connections, signal),
    deps.reader.asked(
      page.flatMap(({ connection, isAsked }) => (isAsked ? connection : [])),
      signal,
    ),
    deps.reader.freezes(realms, signal),
  ]);
  const now = deps.clock.now();
  const recordOf = new Map(records.map((each) => [each.connection, each]));
  return {
    connections: connections.flatMap((connection) => {
      const realmFreeze = freezes.get(realmOf(connection)) ?? null;
      const link = asked.get(connection);
      const openLink = link && now < link.until ? link : null;
      const record = recordOf.get(connection);
      if (record) return { ...statusOf(deps, record, now, realmFreeze), asked: openLink };
      return openLink ? { ...awaited(connection, realmFreeze), asked: openLink } : [];
    }),
    last: found.length > pageSize ? (connections.at(-1) ?? null) : null,
  };
}

/** The connections of a realm in order. */
async function findIn(
  { reader }: StatusDependencies,
  realm: ListedRealm,
  after: Connection | null,
  limit: number,
  signal: AbortSignal,
): Promise<Found[]> {
  const [recorded, asked] = await Promise.all([
    reader.connectionsOf(realm, after, limit, signal),
    isByConsent(realm.policy) ? reader.askedOf(realm, after, limit, signal) : [],
  ]);
  const isAsked = new Set(asked);
  const all = [...new Set([...recorded, ...asked])].sort();
  return all.map((connection) => ({ connection, isAsked: isAsked.has(connection) }));
}

function realmNamed({ realms }: StatusDependencies, name: string): ListedRealm {
  const found = realms.find((realm) => realmName(realm) === name);
  if (found) return found;
  const known = realms.map(realmName).join(", ");
  throw new VendingError("unknown-connection", `realm: unknown; the realms are ${known}.`);
}

/** The realms sorted by name, from the one in which the previous page ended. */
function inOrderFrom(
  realms: readonly ListedRealm[],
  after: Connection | null,
): readonly ListedRealm[] {
  const first = after === null ? "" : realmOf(after);
  return realms
    .filter((realm) => realmName(realm) >= first)
    .sort((a, b) => (realmName(a) < realmName(b) ? -1 : 1));
}

function statusOf(
  deps: StatusDependencies,
  { connection, record }: StatusRecord,
  now: Date,
  realmFreeze: Freeze | null,
): Omit<ConnectionStatus, "asked"> {
  // A newer release wrote it.
  if (!record) return { ...nothingKnown(connection), state: "damaged", frozen: realmFreeze };
  const { version, token, lease, failure, ledger } = record;
  const { policy } = realmNamed(deps, realmOf(connection));
  const state = connectionState(record, policy, now, realmFreeze);
  const lastIssue = ledger.findLast(({ outcome }) => outcome === "issued") ?? null;
  const frozen = realmFreeze ?? record.frozen;
  const consent = consentStatusOf(record);
  return { connection, state, version, token, lease, lastIssue, failure, consent, frozen };
}

function consentStatusOf(record: TokenRecord): ConsentStatus | null {
  if (!record.consent) return null;
  const { refresh, ...others } = record.consent;
  return { ...others, endsAt: consentEndsAt(record), isRenewable: refresh !== null };
}

/** The status without a record: a person was asked for a first consent. */
function awaited(connection: Connection, frozen: Freeze | null): Omit<ConnectionStatus, "asked"> {
  return { ...nothingKnown(connection), state: frozen ? "frozen" : "consent-required", frozen };
}

function nothingKnown(connection: Connection) {
  const nothing = { token: null, lease: null, lastIssue: null, failure: null, consent: null };
  return { connection, version: 0, ...nothing };
}
