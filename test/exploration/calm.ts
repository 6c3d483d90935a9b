import type { Act, Ending } from "./acts.ts";
import type { ExploredFault } from "./faults.ts";
import type { Request } from "./request.ts";
import type { ExploredRun, Option } from "./run.ts";

/** What goes wrong, once: with the first request of this kind, or the first that begins with these words. */
export interface Mishap {
  readonly to: Request<unknown>["to"] | `${string} `;
  readonly fault: ExploredFault;
}

/** Plays one act to its end, everything in its turn; null when it never ends. */
export async function playCalmly(
  run: ExploredRun,
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
  while (endings.length === 0 && run.violations.length === 0) {
    const next = nextOption(run, left);
    if (next?.fault) left = null;
    if (next) await run.take(next);
    else if (!(await run.passTime())) return null;
  }
  return endings[0] ?? null;
}

/** What comes next in its turn, or what goes wrong. */
function nextOption(run: ExploredRun, mishap: Mishap | null): Option | undefined {
  const options = run.options(false);
  const unlucky = mishap && options.find((option) => isMeant(run, option, mishap));
  return unlucky ? { ...unlucky, fault: mishap.fault } : options[0];
}

function isMeant(run: ExploredRun, { process, request, fault }: Option, mishap: Mishap): boolean {
  if (fault !== null) return false;
  const pending = run.world.process(process).pending.find(({ id }) => id === request);
  if (!pending) return false;
  return pending.request.to === mishap.to || pending.request.what.startsWith(mishap.to);
}
