import { composeEvents } from "./compose-events.ts";
import { giveNotices } from "./events/give-notices.ts";
import { publishChanges } from "./events/publish-changes.ts";
import { publishEndpoint } from "./http/publish-endpoint.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";
import { readStreamRecord } from "./store/stream-records.ts";

const { dependencies, metrics } = await composeEvents(process.env);
const { clock, log } = dependencies;

const endpoint = publishEndpoint({
  clock,
  publish(records, signal) {
    const changes = records.flatMap(({ dynamodb = {} }) => readStreamRecord(dynamodb, log) ?? []);
    return publishChanges(dependencies, changes, signal);
  },
  giveNotices: (deadline) => giveNotices(dependencies, deadline),
});

/**
 * Publishes what has happened to consents and keys, from the table's stream. Every hour, by the schedule, it marks of which
 * people are to be told because an end comes closer.
 */
export const handler = flushMetricsAfter(endpoint, metrics);
