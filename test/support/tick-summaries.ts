import type { TickSummary } from "../../functions/vending/schedule/renew-due.ts";

export const nothingDue: TickSummary = { due: 0, renewed: 0, skipped: 0, failed: 0 };
export const oneRenewed: TickSummary = { ...nothingDue, due: 1, renewed: 1 };
export const oneSkipped: TickSummary = { ...nothingDue, due: 1, skipped: 1 };
export const oneFailed: TickSummary = { ...nothingDue, due: 1, failed: 1 };
