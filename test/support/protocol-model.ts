import { maxClockSkewMs } from "../../functions/model/clock.ts";
import { maxLeaseMs } from "../../functions/model/time-limits.ts";
import type { ClaimStep, RecordStep } from "./protocol-step.ts";
import {
  addsOneEntry,
  clockStepMs,
  countsRejection,
  endsFailure,
  hasCause,
  isConsentOver,
  isFromTheFuture,
  isSame,
  keepsConsent,
  keepsDoubt,
  keepsSchedule,
  keepsScope,
  versionCountsTokens,
} from "./protocol-step.ts";

export type RecordState = "Empty" | "Held" | "Doubted" | "Failed" | "Leased" | "Abandoned";
export type ClaimState = "Unclaimed" | "Claimed" | "Claimed by another";

/** What may happen to an item, and what must then hold. */
export interface Transition<State, Step> {
  readonly from: readonly State[];
  readonly to: readonly State[];
  /** The attributes that it may change. */
  readonly changes: readonly string[];
  /** By their sentences in docs/protocol.md. */
  readonly rules: Readonly<Record<string, (step: Step) => boolean>>;
}

const words = (text: string) => text.split(" ");
const lease = words("revision leaseOwner leaseSince leaseUntil leaseReason");
const due = words("dueRealm dueAt dueUntil");
const doubt = words("doubtedAt suspect");
const token = words(
  "sealed fingerprint tokenFence tokenOwner issuedUnder requestedAt issuedAt usableUntil expiresAt renewAt secretVersion keptUntil tokenDetails",
);
const refresh = words("sealedRefresh refreshVersion refreshFingerprint refreshEndsAt");
const consent = [...refresh, ...words("consentedAt grantedScope subject customer consentDetails")];
/** What a disconnect removes: a sealed refresh token is not gone because nobody looks for it. */
const personal = [...token, ...due, ...consent, ...doubt, "failure"];
const rejections = words("rejectionLevel rejectionLevelAt rejectionsAt");

const leaseChanges = [...lease, ...doubt, ...words("layout realm fence version")];
const commitChanges = [...lease, ...doubt, ...token, ...due, ...consent, ...rejections].concat(
  words("layout version failure scope typicalIssueMs ledger"),
);

/** What holds of a row in which somebody has changed attributes, which no revision shows: until the next commit heals it. */
export const rulesOfEditedRows: ReadonlySet<string> = new Set([
  "its owner is new",
  "it takes the next fence",
  "it lasts 30 s at most",
  "its writer holds the lease",
  "the token names the lease",
  "its writer had a lease",
]);

type RecordRules = Transition<RecordState, RecordStep>["rules"];

const isGranted: RecordRules = {
  "its owner is new": ({ after, owners, items }) =>
    after?.lease != null &&
    !owners.has(after.lease.owner) &&
    items.after?.["revision"]?.S === after.lease.owner,
  "it takes the next fence": ({ before, after }) => after?.fence === (before?.fence ?? 0) + 1,
  "the version stays": ({ before, after }) => after?.version === (before?.version ?? 0),
  "it lasts 30 s at most": ({ after }) => {
    const lastsMs = Number(after?.lease?.until) - Number(after?.lease?.since);
    return lastsMs >= 0 && lastsMs <= maxLeaseMs;
  },
  "no doubt is lost": keepsDoubt,
  "none arises without a cause": hasCause,
};

const isItsHolders: RecordRules = {
  "its writer holds the lease": ({ before, items }) =>
    before?.lease != null && items.after?.["revision"]?.S === `${before.lease.owner}.end`,
};

const names: RecordRules = {
  "the token names the lease": ({ before, after }) =>
    after?.token?.committedBy === before?.lease?.owner,
};

/** A refused consent's token ends with the report of a caller, whatever became of the lease before. */
const namesALoss: ReadonlySet<string> = new Set(["takeover", "consent", "rejected"]);

const leased = ["Leased", "Abandoned"] as const;
const any = ["Empty", "Held", "Doubted", "Failed", "Leased", "Abandoned"] as const;

const isOperators =
  (act: string) =>
  ({ items: { before, after } }: RecordStep) => {
    const revision = after?.["revision"]?.S ?? "";
    return revision.endsWith(`.${act}`) && revision !== before?.["revision"]?.S;
  };

/** What may happen to the record of a connection. `frozen` and `thawed` are an operator's, of a realm's row as well. */
export const recordTransitions: Readonly<Record<string, Transition<RecordState, RecordStep>>> = {
  "lease taken": {
    from: ["Empty", "Held", "Doubted", "Failed"],
    to: ["Leased"],
    changes: leaseChanges,
    rules: {
      ...isGranted,
      "it is cold where no token is stored, and only there": ({ before, after }) => {
        const reason = after?.lease?.reason;
        return reason === "consent" || (reason === "cold") === !before?.token;
      },
    },
  },
  "lease taken over": {
    from: ["Abandoned"],
    to: ["Leased"],
    changes: leaseChanges,
    rules: {
      ...isGranted,
      "the last one ended 250 ms before, or has stood there for its own duration": (step) =>
        step.at >= Math.min(step.leaseEndsAt + maxClockSkewMs, step.leaseWornOutAt),
      "its reason names the loss, but for a consent and a report": ({ after }) =>
        after?.lease != null && namesALoss.has(after.lease.reason),
      "the stored token is in doubt, where a lost issue may have ended it": (step) => {
        const { before, after, isLossPossible } = step;
        const isHarmless = !isLossPossible || !before?.token || before.lease?.reason === "consent";
        if (isHarmless || isFromTheFuture(step, before.token.issuedAt)) return true;
        return after?.doubtedAt != null && after.doubtedAt >= before.token.issuedAt;
      },
    },
  },
  "token committed": {
    from: leased,
    to: ["Held", "Doubted", "Failed"],
    changes: commitChanges,
    rules: {
      ...isItsHolders,
      ...names,
      "a new token has the next version, the same one its own": versionCountsTokens,
      "it was requested under the lease": ({ before, after, clockStepMs: stepMs }) => {
        // A static key is nobody's to request: it is what the secret holds.
        if (after?.token?.issuedUnder === "on-rotation") return true;
        const requestedAt = Number(after?.token?.requestedAt);
        const isLate = requestedAt > Number(before?.lease?.until) + stepMs;
        return requestedAt >= Number(before?.lease?.since) - stepMs && !isLate;
      },
      "a doubt stays that is not older than its request": (step) =>
        keepsDoubt(step) || Number(step.before?.doubtedAt) < Number(step.after?.token?.requestedAt),
      "a refresh token stays, or comes with this version": keepsConsent,
      "a rejection counts once": countsRejection,
      "the ledger has its entry, if the provider was asked": (step) =>
        addsOneEntry(step, "issued") ||
        (step.after?.token?.issuedUnder === "on-rotation" && addsOneEntry(step, null)),
      "the failure is over, unless the token has expired": endsFailure,
      "the schedule renews it when it is due, while callers use it": keepsSchedule,
    },
  },
  "static key confirmed": {
    from: leased,
    to: ["Held", "Doubted"],
    changes: commitChanges,
    rules: {
      ...isItsHolders,
      ...names,
      "key and version stay": ({ before, after, items }) =>
        after?.version === before?.version &&
        isSame(items.before?.["sealed"], items.after?.["sealed"]) &&
        after?.token?.fingerprint === before?.token?.fingerprint,
      "the ledger stays": (step) => addsOneEntry(step, null),
      "the failure is over": ({ after }) => after?.failure === null,
    },
  },
  "failure recorded": {
    from: leased,
    to: ["Empty", "Held", "Failed", "Doubted"],
    changes: [...lease, ...doubt, ...token, ...due, ...refresh, ...words("failure scope ledger")],
    rules: {
      ...isItsHolders,
      "the token stays, unless a caller has reported it and its consent is over": (step) =>
        isSame(step.before?.token?.sealed, step.after?.token?.sealed) ||
        (step.before?.lease?.reason === "rejected" && isConsentOver(step.after)),
      "the refresh token goes when the provider refuses it, and only then": ({ before, after }) =>
        isConsentOver(after) && before?.lease?.reason !== "consent"
          ? !after?.consent?.refresh && !after?.token?.due
          : isSame(before?.consent, after?.consent),
      "no scope is given up": keepsScope,
      "failures are counted, but a new consent's are not": ({ before, after }) =>
        before?.lease?.reason === "consent"
          ? isSame(after?.failure, before.failure)
          : after?.failure?.count === (before?.failure?.count ?? 0) + 1,
      "no doubt is lost": keepsDoubt,
      "the ledger has its entry, if the provider was asked": (step) =>
        addsOneEntry(step, "failed") || addsOneEntry(step, null),
    },
  },
  "lease given back": {
    from: leased,
    to: ["Empty", "Held", "Failed", "Doubted"],
    changes: lease,
    rules: {
      ...isItsHolders,
      "it was only taken to shut its last holder out": ({ before }) =>
        before?.lease?.reason === "takeover",
    },
  },
  disconnected: {
    from: leased,
    to: ["Empty"],
    changes: [...lease, ...doubt, ...token, ...due, ...consent, "failure"],
    rules: {
      ...isItsHolders,
      "the lease is a consent's": ({ before }) => before?.lease?.reason === "consent",
      "of token, consent, schedule, doubt and failure nothing is left": ({ items: { after } }) =>
        after !== null && personal.every((attribute) => after[attribute] === undefined),
    },
  },
  "late issue recorded": {
    from: any,
    to: any,
    changes: ["revision", "ledger", ...doubt],
    rules: {
      "its writer had a lease": ({ owners, items }) => {
        const [, owner = ""] = /^(.*)\.late$/.exec(items.after?.["revision"]?.S ?? "") ?? [];
        return owners.has(owner);
      },
      "the ledger has its entry": (step) => addsOneEntry(step, "late"),
      "its lease has stored no token": ({ before, after }) => {
        const owner = after?.ledger.at(-1)?.owner;
        const isIssued = before?.ledger.some(
          (entry) => entry.owner === owner && entry.outcome === "issued",
        );
        return before?.token?.committedBy !== owner && isIssued !== true;
      },
      "there is a doubt, where it may have ended what is stored": ({ after, isLossPossible }) =>
        !isLossPossible || after?.doubtedAt != null,
      "no doubt is lost": keepsDoubt,
    },
  },
  "sealed anew": {
    from: any,
    to: any,
    changes: words("revision sealed sealedRefresh"),
    rules: {
      "only what is stored is sealed": ({ items: { before, after } }) =>
        ["sealed", "sealedRefresh"].every(
          (name) => (before?.[name] === undefined) === (after?.[name] === undefined),
        ),
      "its revision is new": ({ items: { before, after } }) => {
        const revision = after?.["revision"]?.S ?? "";
        return revision.endsWith(".reseal") && revision !== before?.["revision"]?.S;
      },
    },
  },
  frozen: {
    from: any,
    to: any,
    changes: words("revision frozen realm"),
    rules: {
      "nothing else changes, and its revision is new": isOperators("freeze"),
      "it says who, when and why": ({ items: { after } }) =>
        ["by", "at", "reason"].every((name) => after?.["frozen"]?.M?.[name] !== undefined),
    },
  },
  thawed: {
    from: any,
    to: any,
    changes: words("revision frozen realm"),
    rules: {
      "nothing else changes, and its revision is new": isOperators("thaw"),
      "it says who, when and why, besides the freeze": ({ items: { before, after } }) =>
        before?.["frozen"] !== undefined &&
        ["thawedBy", "thawedAt", "thawReason"].every(
          (name) => after?.["frozen"]?.M?.[name] !== undefined,
        ),
    },
  },
  "notice given": {
    from: any,
    to: any,
    changes: ["told"],
    rules: {
      "nothing else changes, not even its revision, and it says what was not said": ({
        items: { before, after },
      }) => after?.["told"]?.S !== undefined && before?.["told"]?.S !== after["told"].S,
    },
  },
  pruned: {
    from: any,
    to: any,
    changes: due,
    rules: {
      "the schedule had until then": ({ at, items: { before, after } }) =>
        before?.["dueRealm"] !== undefined &&
        after?.["dueRealm"] === undefined &&
        Number(before["dueUntil"]?.N) < at + clockStepMs,
    },
  },
};

const itsOwnLeaseEnd: Transition<ClaimState, ClaimStep>["rules"] = {
  "it ends with a lease that its owner took": ({ after, leaseEnds }) => leaseEnds.has(after.until),
};

const claimChanges = words("scopeOwner scopeUntil");

/** What may happen to a claim of a revocation scope. */
export const claimTransitions: Readonly<Record<string, Transition<ClaimState, ClaimStep>>> = {
  "scope claimed": {
    from: ["Unclaimed", "Claimed"],
    to: ["Claimed"],
    changes: claimChanges,
    rules: itsOwnLeaseEnd,
  },
  "claim moved": {
    from: ["Claimed by another"],
    to: ["Claimed"],
    changes: claimChanges,
    rules: {
      "the claim before it has ended": ({ at, before }) => {
        const leftMs = Number(before?.until) - at;
        return leftMs <= 0 || leftMs > maxLeaseMs;
      },
      ...itsOwnLeaseEnd,
    },
  },
};
