import type { Clock } from "../../functions/model/clock.ts";
import { connectionOf, realmName } from "../../functions/model/connection.ts";
import type { FreezeTarget } from "../../functions/store/dynamodb-freezes.ts";
import { dynamoDbFreezes } from "../../functions/store/dynamodb-freezes.ts";
import type { SimulatedProcess } from "../simulation/simulated-process.ts";
import type { SimulatedTable } from "../simulation/simulated-table.ts";

const conferma = { provider: "conferma", environment: "production" } as const;
let decisions = 0;

/** An operator who freezes and thaws, at once and without mishaps. */
export function operatorOf(
  { table, clock }: { readonly table: SimulatedTable; readonly clock: Clock },
  realm: Parameters<typeof realmName>[0] = conferma,
) {
  const askAws = async <T>(_: number, act: () => T) => act();
  const process = { io: async () => {}, askAws, aheadMs: 0 } as unknown as SimulatedProcess;
  const client = table.clientOf(
    process,
    () => 0,
    () => "none",
  );
  const freezes = dynamoDbFreezes(client, "tokens");
  const targetOf = (of: FreezeTarget["of"], account: string) => {
    const name = of === "realm" ? realmName(realm) : connectionOf(realm, account);
    return { of, realm: realmName(realm), name };
  };
  const decision = () => ({ by: "operator jo", at: clock.now(), reason: "The key has leaked." });
  const newId = () => {
    decisions += 1;
    return `operator-${decisions}`;
  };
  return {
    freeze: (of: FreezeTarget["of"] = "connection", account = "default") =>
      freezes.freeze(targetOf(of, account), decision(), newId()),
    thaw: (of: FreezeTarget["of"] = "connection", account = "default") =>
      freezes.thaw(targetOf(of, account), decision(), newId()),
  };
}
