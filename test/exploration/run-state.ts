import { hash } from "node:crypto";
import type { TimedAct } from "./acts.ts";
import type { ExploredProcess } from "./explored-process.ts";
import type { Pending } from "./request.ts";
import { markOf } from "./table-request.ts";
import type { ExploredWorld } from "./world.ts";

/**
 * Everything that the rest of a run depends on, in a few bytes. What a process has in mind is the outcome of what it has
 * heard, so two that heard the same are the same; one that has ended or crashed has nothing in mind.
 */
export function stateOf(world: ExploredWorld, parts: readonly TimedAct[]): string {
  const { codes, tokens, givenWith } = world.provider.grants.state;
  const state = [
    world.now,
    world.secret,
    [...world.table.items].map(([pk, item]) => [pk, markOf(item)]).sort(),
    providerOf(world),
    [...codes, ...tokens, ...givenWith],
    Object.entries(world.promises.histories).sort(byName),
    journeyOf(world),
    world.promises.violations,
    world.processes.map((process) => {
      const isOver = process.running === 0 && !parts.some((part) => part.process === process.name);
      return mindOf(process, isOver || process.isCrashed);
    }),
  ];
  return hash("sha1", JSON.stringify(state), "base64");
}

/** The order in which calls of several processes were sent, and records were made, is nobody's business. */
function providerOf({ provider: { state } }: ExploredWorld): unknown {
  const { goodSecret, tokens, calls } = state;
  const killed = tokens.map((token) => {
    const { killedBy, ...rest } = token;
    return [rest, killedBy === null ? null : calls[killedBy]?.owner];
  });
  return [goodSecret, killed, calls.toSorted((a, b) => (a.owner < b.owner ? -1 : 1))];
}

function journeyOf({ promises: { journey } }: ExploredWorld): unknown {
  return { ...journey, comers: Object.entries(journey.comers).sort(byName) };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function mindOf(process: ExploredProcess, isOver: boolean): unknown {
  const { name, isCrashed, hasWritten, frozenUntil, pending } = process;
  const onTheWay = pending.map(wayOf);
  if (isOver) return [name, isCrashed, hasWritten, onTheWay];
  return [name, process.digest(), frozenUntil, onTheWay];
}

function wayOf({ id, request, readyAt, effect, isAbandoned, isLost }: Pending): unknown {
  return [id, readyAt, isAbandoned ? request.content() : "", effect?.mark() ?? "", isLost];
}
