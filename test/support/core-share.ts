/** The share of one core that a busy process gets: 1 on an idle machine. */
export function coreShare(forMs = 150): number {
  const begunAt = performance.now();
  const begun = process.cpuUsage();
  while (performance.now() - begunAt < forMs) {
    // Only consumes CPU time.
  }
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000 / (performance.now() - begunAt);
}
