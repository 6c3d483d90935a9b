import { expect, test } from "vitest";
import { eventsOf } from "../../functions/events/changes.ts";
import type { Connection } from "../../functions/model/connection.ts";
import { realmOf } from "../../functions/model/connection.ts";
import type { ConnectionEvent } from "../../functions/model/connection-events.ts";
import { misled } from "./known-state.ts";
import { deliver, streamOf, watchedRealms } from "./published-events.ts";
import { runSeed } from "./run-seed.ts";
import { scenarioOf } from "./scenario.ts";
import type { TableWrite } from "./simulated-stage.ts";
import { draws } from "./trouble.ts";
import { seededRandom } from "./virtual-time.ts";

const seeds = 300;
const firstSeed = 5001;

/** The events of one write. */
function published(write: TableWrite, realms: ReturnType<typeof watchedRealms>) {
  return streamOf([write]).flatMap((change) => {
    const realm = realms.get(realmOf(change.connection));
    return realm ? eventsOf(change, realm) : [];
  });
}

/** A row that an operator puts back has the fences of its past, so what happens to it may have happened before. */
const byKey = (events: readonly ConnectionEvent[], isEdited: boolean) =>
  new Map(
    events.map((event) => [isEdited ? `${event.key} ${Number(event.at)}` : event.key, event]),
  );

/** `consent-ended refused`, `recovered contested`. */
function describeEvent(event: ConnectionEvent): string {
  if (event.kind === "consent-ended") return `${event.kind} ${event.reason}`;
  return event.kind === "recovered" ? `${event.kind} ${event.from}` : event.kind;
}

async function playSeed(seed: number) {
  const { writes } = await runSeed(seed);
  const { trouble, ...scenario } = scenarioOf(seededRandom(seed));
  const realms = watchedRealms({ trouble, ...scenario });
  const isEdited = trouble.rowChanges.length > 0;
  const events = writes.flatMap((write) => published(write, realms));
  const all = byKey(events, isEdited);
  if (!isEdited) expect(all.size, `seed ${seed}: each has a key of its own`).toBe(events.length);
  const delivery = draws(seededRandom(seed + 1_000_000));
  const heard = byKey(await deliver(streamOf(writes), realms, delivery), isEdited);
  return { writes, realms, all, heard, rowChanges: trouble.rowChanges };
}

test("over three hundred seeds of faults, whoever hears the events knows each connection's history, whatever crashes on their way", async () => {
  const kinds = new Set<string>();
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const { writes, realms, all, heard, rowChanges } = await playSeed(seed);
    // Each one came, and how often, or in which company, makes no difference.
    expect([...heard].sort(), `seed ${seed}`).toEqual([...all].sort());
    for (const event of all.values()) kinds.add(describeEvent(event));
    if (rowChanges.some(({ kind }) => kind === "damage")) continue;
    for (const [connection, own] of Map.groupBy(writes, ({ pk }) => pk)) {
      const realm = realms.get(realmOf(connection as Connection));
      if (!realm) continue;
      const eventsOfWrite = (write: TableWrite) => published(write, realms);
      const isEdited = rowChanges.length > 0;
      expect(misled(own, eventsOfWrite, realm.policy, isEdited), `seed ${seed}`).toEqual([]);
    }
  }
  expect([...kinds].sort()).toEqual(
    expect.arrayContaining([
      "consent-ended deleted",
      "consent-ended disconnected",
      "consent-ended expired",
      "consent-ended refused",
      "contested",
      "credentials-rejected",
      "recovered contested",
      "recovered credentials-rejected",
    ]),
  );
});
