import type { Item } from "../../functions/store/attributes.ts";
import type { Transition } from "./protocol-model.ts";

/** `Used`: its row is gone, and with it the link. */
export type LinkState = "Unmade" | "Open" | "Bound" | "Used";
export type CodeState = "Unclaimed" | "Claimed";
export type AskedState = "Unasked" | "Asked";

/** One write to the row of a link, or of a code that somebody has pasted. */
export interface LinkStep {
  /** The earliest instant at which its writer can have looked at its clock. */
  readonly at: number;
  readonly before: Item | null;
  readonly after: Item | null;
}

const words = (text: string) => text.split(" ");
const lives = words("expiresAt ttl");

const isInTime: Transition<LinkState, LinkStep>["rules"] = {
  "it has not expired": ({ at, before }) => Number(before?.["expiresAt"]?.N) > at,
};

/** What may happen to the link that asks a person for a consent. */
export const linkTransitions: Readonly<Record<string, Transition<LinkState, LinkStep>>> = {
  "link made": {
    from: ["Unmade"],
    to: ["Open"],
    changes: ["account", "proof", ...lives],
    rules: {
      "it names its account": ({ after }) => after?.["account"] !== undefined,
      "it has its proof": ({ after }) => after?.["proof"] !== undefined,
    },
  },
  "link bound": {
    from: ["Open"],
    to: ["Bound"],
    changes: ["browser", ...lives],
    rules: isInTime,
  },
  "link used": {
    from: ["Bound"],
    to: ["Used"],
    changes: ["account", "proof", "browser", ...lives],
    rules: isInTime,
  },
};

/** RFC 6749 §4.1.2. */
const longestCodeMs = 600_000;

/** What may happen to a code that somebody has pasted. */
export const codeTransitions: Readonly<Record<string, Transition<CodeState, LinkStep>>> = {
  "code claimed": {
    from: ["Unclaimed", "Claimed"],
    to: ["Claimed"],
    changes: ["claimant", ...lives],
    rules: {
      "its first claimant stays": ({ before, after }) =>
        before === null || before["claimant"]?.S === after?.["claimant"]?.S,
      "it is remembered for longer than codes live": ({ at, after }) =>
        Number(after?.["expiresAt"]?.N) > at + longestCodeMs,
    },
  },
};

/** What may happen to the row that tells by which link a person was asked last. */
export const askedTransitions: Readonly<Record<string, Transition<AskedState, LinkStep>>> = {
  "person asked": {
    from: ["Unasked", "Asked"],
    to: ["Asked"],
    changes: words("realm pendingId ttl"),
    rules: {
      "it names the link": ({ after }) => after?.["pendingId"] !== undefined,
      "it is no connection of its realm": ({ after }) =>
        after?.["realm"]?.S?.endsWith("/~asked") === true,
      "DynamoDB will delete it": ({ at, after }) => Number(after?.["ttl"]?.N) * 1000 > at,
    },
  },
};

export function linkStatesOf({ before, after }: LinkStep): [LinkState, LinkState] {
  return [linkStateOf(before, "Unmade"), linkStateOf(after, "Used")];
}

function linkStateOf(row: Item | null, without: LinkState): LinkState {
  if (!row) return without;
  return row["browser"] ? "Bound" : "Open";
}

export function codeStatesOf({ before, after }: LinkStep): [CodeState, CodeState] {
  const stateOf = (row: Item | null) => (row?.["claimant"] ? "Claimed" : "Unclaimed");
  return [stateOf(before), stateOf(after)];
}

export function askedStatesOf({ before, after }: LinkStep): [AskedState, AskedState] {
  const stateOf = (row: Item | null) => (row?.["pendingId"] ? "Asked" : "Unasked");
  return [stateOf(before), stateOf(after)];
}
