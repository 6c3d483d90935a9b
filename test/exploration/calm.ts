import type { Act, Ending } from "./acts.ts";
import type { Fault } from "./faults.ts";
import type { Request } from "./request.ts";
import type { Option, Run } from "./run.ts";

/** What goes wrong, once: with the first request of this kind, or the first that begins with these words. */
export interface Mishap {
  readonly to: Request<unknown>["to"] | `${string} `;
  readonly fault: Fault;
}

/** Plays one act to its end, everything in its turn; null when it never ends. */
export async function playCalmly(
  run: Run,
  process: string,
  act: Act,
  account: string,
  mishap: Mishap | null = null,
): Promise<Ending | null> {
  const endings: Ending[] = [];
  const playing = run.play(process, act, account).then((ending) => endings.push(ending));
  void playing;
  await run.settle();
  let left = mishap;
  while (endings.length === 0) {
    const options = run.options(false);
    const unlucky = options.find((option) => left && isMeant(run, option, left));
    const next = unlucky ?? options[0];
    const fault = unlucky && left ? left.fault : null;
    if (unlucky) left = null;
    if (next) await run.take({ ...next, fault });
    else if (!(await run.passTime())) return null;
    if (run.violations.length > 0) return null;
  }
  return endings[0] ?? null;
}

function isMeant(run: Run, { process, request, fault }: Option, mishap: Mishap): boolean {
  if (fault !== null) return false;
  const pending = run.world.process(process).pending.find(({ id }) => id === request);
  if (!pending) return false;
  return pending.request.to === mishap.to || pending.request.what.startsWith(mishap.to);
}
