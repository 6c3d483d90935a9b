import { expect, test } from "vitest";
import type { PublishDependencies } from "../../functions/events/publish-changes.ts";
import { publishChanges } from "../../functions/events/publish-changes.ts";
import type { Connection } from "../../functions/model/connection.ts";
import type { ConnectionEvent } from "../../functions/model/connection-events.ts";
import type { RecordChange } from "../../functions/model/told.ts";
import { aChange, anObserved, kindsOf } from "../support/a-change.ts";
import { byConsent } from "../support/policies.ts";

const signal = new AbortController().signal;
const granted = (sequence: string): RecordChange => {
  const connection = `conferma/production/${sequence}` as Connection;
  return { ...aChange(null, anObserved({ connection })), connection, sequence };
};
const ended: RecordChange = {
  ...aChange(anObserved(), anObserved({ consent: null, token: null })),
  sequence: "9",
};

/** What is published, logged and counted with a bus that does not take these places, or fails. */
function world(untaken: readonly number[] | Error = []) {
  const published: ConnectionEvent[] = [];
  const logged: string[] = [];
  const counted: string[] = [];
  const note = (event: string, fields = {}) => logged.push(`${event} ${JSON.stringify(fields)}`);
  const deps: PublishDependencies = {
    realms: new Map([["conferma/production", { policy: byConsent }]]),
    bus: {
      async publish(events) {
        if (untaken instanceof Error) throw untaken;
        published.push(...events.filter((_, at) => !untaken.includes(at)));
        return new Set(untaken.map((at) => events[at]?.key ?? ""));
      },
    },
    log: { info: note, warn: note, error: note },
    metricsOf: (realm) => ({ record: (measure) => counted.push(`${realm} ${measure}`) }),
  };
  return { deps, published, logged, counted };
}

test("publishes the events of a batch in the order of its changes, and counts the consents that have ended", async () => {
  const { deps, published, counted, logged } = world();
  const batch = [granted("1"), aChange(anObserved(), anObserved()), ended];
  expect(await publishChanges(deps, batch, signal)).toBeNull();
  expect(kindsOf(published)).toEqual(["consent-granted", "consent-ended"]);
  expect(counted).toEqual(["conferma/production ConsentsEnded"]);
  expect(logged.map((line) => line.split(" ")[0])).toEqual(["event-published", "event-published"]);
});

test("a batch without events asks the bus nothing", async () => {
  const { deps } = world(new Error("not to be asked"));
  expect(await publishChanges(deps, [aChange(anObserved(), anObserved())], signal)).toBeNull();
});

test("has delivered again what was not taken, and all after it", async () => {
  const { deps, published, counted } = world([1]);
  const batch = [granted("1"), granted("2"), granted("3"), ended];
  expect(await publishChanges(deps, batch, signal)).toBe("2");
  expect(published).toHaveLength(3);
  expect(counted).toHaveLength(1);
});

test("has all delivered again when the bus gives no answer, and counts nothing", async () => {
  const { deps, counted, logged } = world(new Error("secret text of a library"));
  expect(await publishChanges(deps, [granted("1"), ended], signal)).toBe("1");
  expect(counted).toEqual([]);
  expect(logged).toEqual(['events-delayed {"count":2,"code":"internal","detail":"Error"}']);
});

test("a realm that the deployment does not have any more is in nobody's way", async () => {
  const { deps, published, logged } = world();
  const connection = "cfis/gone/default" as Connection;
  const gone = { ...granted("1"), connection };
  expect(await publishChanges(deps, [gone, granted("2")], signal)).toBeNull();
  expect(published).toHaveLength(1);
  expect(logged[0]).toBe('realm-unknown {"connection":"cfis/gone/default"}');
});
