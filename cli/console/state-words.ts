import type { ConnectionAnswer } from "../../functions/http/status-contract.ts";
import type { ConnectionState } from "../../functions/model/connection-status.ts";
import type { StateWords } from "./snapshot.ts";

/** The states as docs/operations.md#reading-status explains them, in a few words. */
const words: Readonly<Record<ConnectionState, StateWords>> = {
  usable: {
    label: "Usable",
    means: "Callers are vended this credential.",
    tone: "good",
    next: null,
  },
  renewing: {
    label: "Renewing",
    means: "A token is being requested; callers wait for it.",
    tone: "busy",
    next: null,
  },
  expired: {
    label: "Expired",
    means: "Nobody has asked since it expired. The next caller causes a renewal.",
    tone: "quiet",
    next: null,
  },
  empty: {
    label: "Empty",
    means: "No token was ever committed.",
    tone: "quiet",
    next: null,
  },
  "backing-off": {
    label: "Backing off",
    means: "There is nothing to vend, and the provider is left alone for a while.",
    tone: "warning",
    next: null,
  },
  contested: {
    label: "Contested",
    means: "Fresh tokens keep being rejected: somebody else seems to request tokens.",
    tone: "bad",
    next: "Find out who: docs/operations.md#contested",
  },
  "credentials-rejected": {
    label: "Credentials rejected",
    means: "The provider refuses this secret, or the secret is malformed.",
    tone: "bad",
    next: "Put a new value into its secret: docs/operations.md#rotating-credentials",
  },
  "consent-required": {
    label: "Consent required",
    means: "Nobody has consented yet, or the consent has ended.",
    tone: "warning",
    next: "Make a link, and send it to the person who is to consent.",
  },
  frozen: {
    label: "Frozen",
    means: "An operator has stopped it on purpose.",
    tone: "warning",
    next: "Thaw it when the reason is gone.",
  },
  damaged: {
    label: "Damaged",
    means: "Its record has impossible values, or a newer release wrote it.",
    tone: "bad",
    next: "The next commit repairs it, unless a newer release wrote it: docs/operations.md#looking",
  },
};

/** A connection's state in words, with what is to be done about it. */
export function wordsFor({ state, asked }: Pick<ConnectionAnswer, "state" | "asked">): StateWords {
  const known = words[state];
  // A deployment that is newer than this command line may have other states.
  if (!known) {
    const means = "This command line is older than the deployment and does not know this state.";
    return { label: state, means, tone: "warning", next: null };
  }
  if (!asked || state !== "consent-required") return known;
  const means = "A person was asked, and has not consented yet.";
  return { ...known, label: "Waiting for consent", means, tone: "busy", next: null };
}
