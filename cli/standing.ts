import type { ConnectionAnswer } from "../functions/http/status-contract.ts";
import type { ConnectionState } from "../functions/model/connection-status.ts";

/**
 * How a connection stands, for an operator. `failing`: somebody has to act. `waiting`: for a person who was asked, for a
 * renewal that is under way, or for the next attempt. `due`: the next caller or tick renews it.
 */
export type Standing = "failing" | "frozen" | "waiting" | "due" | "ok";

/** The most urgent first. */
export const standings: readonly Standing[] = ["failing", "frozen", "waiting", "due", "ok"];

const byState: Readonly<Record<ConnectionState, Standing | null>> = {
  "credentials-rejected": "failing",
  contested: "failing",
  damaged: "failing",
  "backing-off": "failing",
  "consent-required": "failing",
  frozen: "frozen",
  renewing: "waiting",
  expired: "due",
  empty: null,
  usable: null,
};

/** How a connection stands at this instant. */
export function standingOf(status: ConnectionAnswer, now: Date): Standing {
  const { state, asked, lastFailure, renewAt } = status;
  if (state === "consent-required" && asked) return "waiting";
  const standing = byState[state];
  if (standing) return standing;
  if (lastFailure) return state === "usable" ? "waiting" : "failing";
  if (state === "empty") return "due";
  return renewAt !== null && Date.parse(renewAt) <= now.getTime() ? "due" : "ok";
}
