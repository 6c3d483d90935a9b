import type { ConnectionAnswer } from "../../functions/http/status-contract.ts";
import type { ConnectionState } from "../../functions/model/connection-status.ts";
import type { Standing } from "../standing.ts";
import { standingOf } from "../standing.ts";
import type { StateWords, Tone } from "./snapshot.ts";

type Words = Omit<StateWords, "tone">;

/** The states as docs/operations.md#reading-status explains them, in a few words. */
const words: Readonly<Record<ConnectionState, Words>> = {
  usable: {
    label: "Usable",
    means: "Callers are vended this credential.",
    next: null,
  },
  renewing: {
    label: "Renewing",
    means: "A token is being requested; callers wait for it.",
    next: null,
  },
  expired: {
    label: "Expired",
    means: "Nobody has asked since it expired. The next caller causes a renewal.",
    next: null,
  },
  empty: {
    label: "Empty",
    means: "No token was ever committed.",
    next: null,
  },
  "backing-off": {
    label: "Backing off",
    means: "There is nothing to vend, and the provider is left alone for a while.",
    next: null,
  },
  contested: {
    label: "Contested",
    means: "Fresh tokens keep being rejected: somebody else seems to request tokens.",
    next: "Find out who: docs/operations.md#contested",
  },
  "credentials-rejected": {
    label: "Credentials rejected",
    means: "The provider refuses this secret, or the secret is malformed.",
    next: "Put a new value into its secret: docs/operations.md#rotating-credentials",
  },
  "consent-required": {
    label: "Consent required",
    means: "Nobody has consented yet, or the consent has ended.",
    next: "Make a link, and send it to the person who is to consent.",
  },
  frozen: {
    label: "Frozen",
    means: "An operator has stopped it on purpose.",
    next: "Thaw it when the reason is gone.",
  },
  damaged: {
    label: "Damaged",
    means: "Its record has impossible values, or a newer release wrote it.",
    next: "The next commit repairs it, unless a newer release wrote it: docs/operations.md#looking",
  },
};

/** A page colours a connection as the command line does. */
const tones: Readonly<Record<Standing, Tone>> = {
  ...{ failing: "bad", frozen: "warning", waiting: "busy", due: "quiet", ok: "good" },
};

/** A connection's state in words, with what is to be done about it. */
export function wordsFor(answer: ConnectionAnswer, now: Date): StateWords {
  const { state, asked } = answer;
  const known = words[state];
  // A deployment that is newer than this command line may have other states.
  if (!known) {
    const means = "This command line is older than the deployment and does not know this state.";
    return { label: state, means, tone: "warning", next: null };
  }
  const tone = tones[standingOf(answer, now)];
  if (!asked || state !== "consent-required") return { ...known, tone };
  const means = "A person was asked, and has not consented yet.";
  return { label: "Waiting for consent", means, tone, next: null };
}
