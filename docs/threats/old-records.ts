import type { Threat } from "./threat.ts";

/** Somebody who puts old items back into the table, or deletes items. */
export const threatsOfOldRecords: readonly Threat[] = [
  {
    name: "replayed-record",
    arrow: "table",
    asset: "consents",
    kind: "R",
    threat: "puts an old record back, and with it a consent that was ended, and is not noticed",
    mitigation: "a process reports a record that is older than what it has read before",
    test: [
      "test/store/put-back-rows.test.ts",
      "a row that is older than what this process has read before is reported, once",
      "%s",
    ],
    removal: {
      file: "functions/store/record-reader.ts",
      from: "before && (fence < before.fence || version < before.version);",
      to: "undefined;",
    },
  },
  {
    name: "replayed-record-is-used",
    arrow: "table",
    asset: "tokens",
    kind: "T",
    threat: "has what an old record holds vended, or puts it back when no process runs",
    accepted:
      "the record is reported, not refused, because recovery puts rows back while functions run; processes that have read no later one notice nothing. The provider refuses a revoked token, and the caller's rejection replaces it (decision 0025)",
  },
  {
    name: "early-deletion",
    arrow: "table",
    asset: "records",
    kind: "D",
    threat: "deletes a record, or gives it a `ttl`, so that DynamoDB does",
    accepted:
      "the next vend issues anew, and a person has to consent again; processes that have read the old record report the new one. Point-in-time recovery has the record for 35 days",
  },
];
