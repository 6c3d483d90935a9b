import { realmOf } from "../model/connection.ts";
import type { ConnectionEvent, EventBus } from "../model/connection-events.ts";
import { describeError } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import type { Metrics } from "../model/metrics.ts";
import type { RecordChange } from "../model/told.ts";
import type { WatchedRealm } from "./changes.ts";
import { eventsOf } from "./changes.ts";

export interface PublishDependencies {
  /** By name. */
  readonly realms: ReadonlyMap<string, WatchedRealm>;
  readonly bus: EventBus;
  readonly log: Log;
  metricsOf(realm: string): Metrics;
}

interface PendingEvent {
  readonly sequence: string;
  readonly event: ConnectionEvent;
}

/**
 * Publishes the events of changes that the table has taken, in their order. Returns the place of the first change of which
 * an event is not out, from which on all are to be delivered again; null when all are out. Never fails.
 */
export async function publishChanges(
  deps: PublishDependencies,
  changes: readonly RecordChange[],
  signal: AbortSignal,
): Promise<RecordChange["sequence"] | null> {
  const pending = changes.flatMap((change) =>
    eventsFor(deps, change).map((event) => ({ sequence: change.sequence, event })),
  );
  if (pending.length === 0) return null;
  const missing = await publish(deps, pending, signal);
  for (const { event } of pending) if (!missing.has(event.key)) account(deps, event);
  return pending.find(({ event }) => missing.has(event.key))?.sequence ?? null;
}

function eventsFor({ realms, log }: PublishDependencies, change: RecordChange): ConnectionEvent[] {
  const { connection } = change;
  const realm = realms.get(realmOf(connection));
  if (realm) return eventsOf(change, realm);
  // It has left the deployment since.
  log.warn("realm-unknown", { connection });
  return [];
}

async function publish(
  { bus, log }: PublishDependencies,
  pending: readonly PendingEvent[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const events = pending.map(({ event }) => event);
  try {
    const missing = await bus.publish(events, signal);
    if (missing.size > 0) log.error("events-delayed", { count: missing.size });
    return missing;
  } catch (error) {
    log.error("events-delayed", { count: events.length, ...describeError(error) });
    return new Set(events.map(({ key }) => key));
  }
}

/** A change that is delivered twice counts twice, as its event comes twice. */
function account({ log, metricsOf }: PublishDependencies, event: ConnectionEvent): void {
  const { kind, connection, key, realm } = event;
  log.info("event-published", { connection, kind, key });
  if (kind === "consent-ended") metricsOf(realm).record("ConsentsEnded", 1);
}
