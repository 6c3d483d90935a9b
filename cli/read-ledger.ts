import { VendingError } from "../functions/model/errors.ts";
import { readRecordAsOperator } from "../functions/store/dynamodb-operator-record.ts";
import type { ConnectionLedger } from "./connection-ledger.ts";
import { ledgerOf } from "./connection-ledger.ts";
import { cliFailure } from "./failure.ts";
import { withTokenTable } from "./token-table.ts";

/** Reads a record with the operator's own role. `table` is undefined for the usual one. Throws a `CommandFailure`. */
export async function readConnectionLedger(
  connection: string,
  table: string | undefined,
  now: Date,
): Promise<ConnectionLedger> {
  return withTokenTable(table, async (client, name) => {
    const record = await readRecordAsOperator(client, name, connection).catch((error) => {
      if (!(error instanceof VendingError)) throw error;
      throw cliFailure("newer-record", "A newer release has written the record", error.message);
    });
    if (record) return ledgerOf(record, now);
    throw cliFailure("no-record", "There is no record", `${name} has none of ${connection}.`);
  });
}
