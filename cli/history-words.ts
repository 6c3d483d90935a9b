import type { HistoryEvent } from "./history-events.ts";

/** What happened, in a sentence for people. Text from the log may contain anything: whoever shows it escapes it. */
export function historyWords(event: HistoryEvent): string {
  const words = Object.hasOwn(sentences, event.event) ? sentences[event.event] : undefined;
  return words ? words(event) : event.event;
}

type Sentence = (event: HistoryEvent) => string;

const sentences: Readonly<Record<string, Sentence>> = {
  "token-issued": ({ version, reason, durationMs, fingerprint }) =>
    `version ${version} issued (${reason}) in ${durationMs} ms, fingerprint ${fingerprint}`,
  waited: ({ durationMs }) => `a caller waited ${durationMs} ms for another process's renewal`,
  rejected: ({ version, by }) => `version ${version} rejected by ${by ?? "a caller"}`,
  "key-rejected": ({ version }) => `a caller rejected version ${version}, which is still the key`,
  "issue-failed": (event) => `renewal failed: ${problemIn(event)}${times(event, "in a row")}`,
  "renewal-failed": (event) => `the schedule could not renew: ${problemIn(event)}`,
  "prune-failed": (event) => `the schedule could not forget it: ${problemIn(event)}`,
  "late-issue": ({ fingerprint }) =>
    `a token came after its lease had ended, and is not used: fingerprint ${fingerprint}`,
  refused: (event) => `a caller was refused: ${problemIn(event)}${times(event, "since before")}`,
  defect: () => "a defect: the function's log has its trace",
  "token-unreadable": ({ version }) => `the stored token of version ${version} cannot be opened`,
  "refresh-token-unreadable": () => "the stored refresh token cannot be opened",
  "record-damaged": () => "the record has impossible values",
  "record-went-back": ({ version }) => `the record is older than before, at version ${version}`,
  "consent-begun": ({ by, statedAt }) =>
    `a link was made${by ? ` for ${by}` : ""}${until(statedAt, "usable until")}`,
  "consent-offered": () => "a caller was given a link that another one has already",
  "consent-continued": () => "a person continued to the provider",
  "consent-granted": ({ version, statedAt }) =>
    `a person consented: version ${version}${until(statedAt, "ends")}`,
  "consent-denied": () => "the person, or the provider, declined",
  "consent-refused": (event) => `no consent: ${problemIn(event)}`,
  "consent-not-replaced": () => "a consent of somebody else was not stored",
  "unstored-consent-revoked": () => "the provider was asked to revoke what was not stored",
  "consent-disconnected": () => "an operator ended the consent",
  "consent-not-revoked": (event) => `the consent could not be revoked: ${problemIn(event)}`,
  "link-not-made": (event) => `no link could be made: ${problemIn(event)}`,
  "link-forged": () => "a person came back with a link that is not ours",
  frozen: ({ about, by, reason }) => `${about} frozen by ${by}: ${reason}`,
  thawed: ({ about }) => `${about} thawed`,
  "secret-tried": ({ outcome, detail }) => `a secret was tried: ${joined(outcome, detail)}`,
  resealed: () => "what is stored was sealed anew",
  "key-expires-soon": ({ statedAt }) => `the key expires soon${until(statedAt, "at")}`,
  "consent-ends-soon": ({ statedAt }) => `the consent ends soon${until(statedAt, "at")}`,
};

function problemIn({ outcome, reason, detail }: HistoryEvent): string {
  return joined(outcome ?? reason, detail);
}

function joined(what: string | null, detail: string | null): string {
  return [what, detail].filter(Boolean).join(": ") || "unknown";
}

function times({ count }: HistoryEvent, how: string): string {
  return count !== null && count > 1 ? ` (${count} times ${how})` : "";
}

function until(instant: Date | null, word: string): string {
  return instant === null ? "" : `, ${word} ${instant.toISOString()}`;
}
