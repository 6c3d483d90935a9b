import { titleOf } from "../../functions/http/problem.ts";
import type { ConnectionAnswer } from "../../functions/http/status-contract.ts";
import { commandFor } from "../advice.ts";
import type { Advice, ShownConnection } from "./snapshot.ts";
import { wordsFor } from "./state-words.ts";

/** A connection with its state in words, and what to do about its last failure. */
export function shownConnection(answer: ConnectionAnswer, now: Date): ShownConnection {
  const { connection, lastFailure } = answer;
  const end = connection.lastIndexOf("/");
  return {
    ...answer,
    realm: connection.slice(0, end),
    account: connection.slice(end + 1),
    words: wordsFor(answer, now),
    advice: lastFailure && adviceOn(lastFailure.code, connection),
  };
}

function adviceOn(code: string, connection: string): Advice {
  const command = commandFor(code, connection);
  return {
    title: titleOf(code),
    next: [...(command ? [command] : []), `docs/operations.md#${code}`],
  };
}
