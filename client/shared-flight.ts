import { raceAbort } from "./race-abort.ts";

/** Work that several callers wait for. Each may leave; it is given up when the last one has. */
export interface SingleFlight<T> {
  join(signal: AbortSignal): Promise<T>;
}

/** `end` is called once, when nobody waits any more: from then on nobody may join. */
export function startSingleFlight<T>(
  run: (signal: AbortSignal) => Promise<T>,
  end: () => void,
): SingleFlight<T> {
  const controller = new AbortController();
  const result = run(controller.signal);
  let waiting = 0;
  return {
    join(signal) {
      waiting += 1;
      return raceAbort(result, signal).finally(() => {
        waiting -= 1;
        if (waiting > 0) return;
        end();
        controller.abort();
      });
    },
  };
}
