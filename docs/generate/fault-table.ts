import { problemCodes } from "../../functions/model/errors.ts";
import type { FaultParty } from "../../functions/model/faults.ts";
import { faultOf } from "../../functions/model/faults.ts";
import { tableText } from "./table-text.ts";

const acts: Readonly<Record<FaultParty, string>> = {
  ours: "you: table, key, secret, permissions, or another issuer",
  provider: "the provider, or the network to it",
  caller: "the caller's developer",
  person: "the person whose account it is",
  operator: "you, on purpose",
};

const partiesThatCount: readonly FaultParty[] = ["ours", "provider"];

/** Whose fault each problem is, and which of them reduce availability. */
export function faultTable(): string {
  const parties = [...new Set(problemCodes.map(faultOf))];
  return tableText(
    ["fault", "codes", "reduces availability", "acts"],
    parties.map((party) => [
      `\`${party}\``,
      problemCodes
        .filter((code) => faultOf(code) === party)
        .map((code) => `[\`${code}\`](#${code})`)
        .join(", "),
      partiesThatCount.includes(party) ? "yes" : "no",
      acts[party],
    ]),
  );
}
