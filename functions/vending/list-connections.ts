import type { Clock } from "../model/clock.ts";
import type { Connection, RealmId } from "../model/connection.ts";
import { realmName, realmOf } from "../model/connection.ts";
import type { ConnectionStatus, StatusReader, StatusRecord } from "../model/connection-status.ts";
import { VendingError } from "../model/errors.ts";
import type { RenewalPolicy } from "../model/provider.ts";
import { connectionState } from "./decision/connection-state.ts";

/** As many as DynamoDB reads in one request. */
const pageSize = 100;

/** A realm of the deployment, and when its tokens may be renewed. */
interface WatchedRealm extends RealmId {
  readonly policy: RenewalPolicy;
}

interface StatusDependencies {
  readonly realms: readonly WatchedRealm[];
  readonly reader: StatusReader;
  readonly clock: Clock;
}

export interface ListRequest {
  /** Null: all of the deployment. */
  readonly realm: string | null;
  /** The last connection of the page before; null for the first page. */
  readonly after: Connection | null;
}

export interface StatusPage {
  readonly connections: readonly ConnectionStatus[];
  /** The last connection of this page where there are more, else null. */
  readonly last: Connection | null;
}

/** The status of every connection that was ever asked for, page by page, by realm and name. Fails with a `VendingError`. */
export async function listConnections(
  deps: StatusDependencies,
  { realm, after }: ListRequest,
  signal: AbortSignal,
): Promise<StatusPage> {
  const wanted = realm === null ? deps.realms : [watched(deps, realm)];
  const found: Connection[] = [];
  for (const each of from(wanted, after)) {
    const rest = pageSize + 1 - found.length;
    const isBegun = after !== null && realmOf(after) === realmName(each);
    found.push(...(await deps.reader.connectionsOf(each, isBegun ? after : null, rest, signal)));
    if (found.length > pageSize) break;
  }
  const page = found.slice(0, pageSize);
  const records = await deps.reader.read(page, signal);
  const now = deps.clock.now();
  return {
    connections: records.map((each) => statusOf(deps, each, now)),
    last: found.length > pageSize ? (page.at(-1) ?? null) : null,
  };
}

function watched({ realms }: StatusDependencies, name: string): WatchedRealm {
  const found = realms.find((realm) => realmName(realm) === name);
  if (found) return found;
  const known = realms.map(realmName).join(", ");
  throw new VendingError("unknown-connection", `realm: none of that name; there are ${known}.`);
}

/** In an order that does not depend on how the realms are listed, from the realm in which the page before ended. */
function from(realms: readonly WatchedRealm[], after: Connection | null): readonly WatchedRealm[] {
  const begun = after === null ? "" : realmOf(after);
  return realms
    .filter((realm) => realmName(realm) >= begun)
    .sort((a, b) => (realmName(a) < realmName(b) ? -1 : 1));
}

function statusOf(
  deps: StatusDependencies,
  { connection, record }: StatusRecord,
  now: Date,
): ConnectionStatus {
  if (!record) return unreadable(connection);
  const { version, token, lease, failure, ledger } = record;
  const { policy } = watched(deps, realmOf(connection));
  const state = connectionState(record, policy, now);
  const lastIssue = ledger.findLast(({ outcome }) => outcome === "issued") ?? null;
  return { connection, state, version, token, lease, lastIssue, failure };
}

/** A newer release wrote it. */
function unreadable(connection: Connection): ConnectionStatus {
  const nothing = { token: null, lease: null, lastIssue: null, failure: null };
  return { connection, state: "damaged", version: 0, ...nothing };
}
