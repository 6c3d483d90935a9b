/** Where a thread writes which seed it plays, and since when; others can read it while the thread hangs. */
export function newHeartbeat(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT);
}

/** For the thread: tells that it begins to play an input of this seed. */
export function heartbeatOf(heartbeat: SharedArrayBuffer): (seed: number) => void {
  const cells = new Float64Array(heartbeat);
  return (seed) => {
    cells[0] = seed;
    cells[1] = Date.now();
  };
}

export function readHeartbeat(heartbeat: SharedArrayBuffer): { seed: number; at: number } {
  const [seed = 0, at = 0] = new Float64Array(heartbeat);
  return { seed, at };
}
