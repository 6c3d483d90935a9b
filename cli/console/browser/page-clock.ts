/** The server's clock, as far as the page knows it: a browser's may be wrong. */
export interface PageClock {
  now(): Date;
  /** `at` was the server's time after `sentAt`, on the browser's monotonic clock. */
  set(at: Date, sentAt: number): void;
}

export function startClock(): PageClock {
  let known = { at: Date.now(), when: performance.now() };
  return {
    now: () => new Date(known.at + performance.now() - known.when),
    set(at, sentAt) {
      // The answer took as long as it did: the clock is right to half of that.
      known = { at: Number(at), when: (sentAt + performance.now()) / 2 };
    },
  };
}
