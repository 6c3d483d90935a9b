/** What follows a test's title: nothing, or why it is skipped, where what it needs is not on this machine. */
export function unless(isHere: boolean, needed: string): string {
  return isHere ? "" : ` (skipped: needs ${needed})`;
}
