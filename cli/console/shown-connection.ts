import type { ConnectionAnswer } from "../../functions/http/status-contract.ts";
import { commandFor } from "../advice.ts";
import type { Advice, ShownConnection } from "./snapshot.ts";
import { wordsFor } from "./state-words.ts";

/** A connection with its state in words, and what to do about its last failure. */
export function shownConnection(answer: ConnectionAnswer): ShownConnection {
  const { connection, lastFailure } = answer;
  const end = connection.lastIndexOf("/");
  return {
    ...answer,
    realm: connection.slice(0, end),
    account: connection.slice(end + 1),
    words: wordsFor(answer),
    advice: lastFailure && adviceOn(lastFailure.code, connection),
  };
}

function adviceOn(code: string, connection: string): Advice {
  const command = commandFor(code, connection);
  return {
    title: titles[code] ?? code,
    next: [...(command ? [command] : []), `docs/operations.md#${code}`],
  };
}

/** What a failure says to an operator, in a few words. */
const titles: Readonly<Record<string, string>> = {
  "consent-required": "A person has to consent",
  "credentials-rejected": "The provider refuses our credentials",
  "secret-malformed": "The secret is malformed",
  "provider-malformed": "The provider's answer is invalid",
  "provider-throttled": "The provider asks for fewer requests",
  "provider-unavailable": "The provider is unavailable",
  "scope-conflict": "Another connection issues for the same platform or client",
  "secret-unavailable": "The secret is unavailable",
  "unknown-connection": "There is no such secret",
  "store-unavailable": "The token table is unavailable",
  contested: "Another issuer keeps revoking our tokens",
  internal: "A defect in token vending",
};
