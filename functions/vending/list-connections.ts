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

/** One page of the status of all connections, ordered by realm and account. Fails with a `VendingError`. */
export async function listConnections(
  deps: StatusDependencies,
  { realm, after }: ListRequest,
  signal: AbortSignal,
): Promise<StatusPage> {
  const requested = realm === null ? deps.realms : [realmNamed(deps, realm)];
  const found: Connection[] = [];
  for (const each of inOrderFrom(requested, after)) {
    const missing = pageSize + 1 - found.length;
    const continues = after !== null && realmOf(after) === realmName(each);
    found.push(
      ...(await deps.reader.connectionsOf(each, continues ? after : null, missing, signal)),
    );
    if (found.length > pageSize) break;
  }
  const page = found.slice(0, pageSize);
  const realms = requested.filter((each) => page.some((of) => realmOf(of) === realmName(each)));
  const [records, freezes] = await Promise.all([
    deps.reader.read(page, signal),
    realms.length > 0 ? deps.reader.freezes(realms, signal) : new Map<string, Freeze>(),
  ]);
  const now = deps.clock.now();
  return {
    connections: records.map((each) =>
      statusOf(deps, each, now, freezes.get(realmOf(each.connection)) ?? null),
    ),
    last: found.length > pageSize ? (page.at(-1) ?? null) : null,
  };
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
): ConnectionStatus {
  if (!record) return { ...unreadable(connection), frozen: realmFreeze };
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

/** The status of a record that a newer release wrote. */
function unreadable(connection: Connection): ConnectionStatus {
  const nothing = { token: null, lease: null, lastIssue: null, failure: null };
  return { connection, state: "damaged", version: 0, ...nothing, consent: null, frozen: null };
}
