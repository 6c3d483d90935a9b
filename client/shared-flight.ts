import { orAbort } from "./or-abort.ts";

/** Work that several callers wait for. Each may leave; it is given up when the last one has. */
export interface Flight<T> {
  join(signal: AbortSignal): Promise<T>;
}

/** `end` is called once, when nobody waits any more: from then on nobody may join. */
export function startFlight<T>(
  run: (signal: AbortSignal) => Promise<T>,
  end: () => void,
): Flight<T> {
  const controller = new AbortController();
  const landed = run(controller.signal);
  let waiting = 0;
  return {
    join(signal) {
      waiting += 1;
      return orAbort(landed, signal).finally(() => {
        waiting -= 1;
        if (waiting > 0) return;
        end();
        controller.abort();
      });
    },
  };
}
