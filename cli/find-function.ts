import { cliFailure } from "./failure.ts";

/** How the deployed functions describe themselves (infra/constructs/): their names are CloudFormation's. */
const descriptions = {
  "vend-token": /^Vends the tokens of (\S+)$/,
  "begin-consent": /^Asks people for a consent to (\S+)$/,
  "complete-consent": /^Takes the answers of people's consents to (\S+)$/,
  "list-connections": /^Tells the status of every connection()$/,
};

export type FunctionKind = keyof typeof descriptions;

interface FunctionDescription {
  readonly name: string;
  readonly description: string;
}

/** The name of the function that plays this part for a realm. Fails with a `Failure` where there is none, or several. */
export function findFunctionName(
  all: readonly FunctionDescription[],
  part: FunctionKind,
  realm: string | null,
): string {
  const found = all.filter(({ description }) => realmIn(description, part) === (realm ?? ""));
  const [only, ...others] = found;
  if (only && others.length === 0) return only.name;
  const what = realm === null ? part : `${part} of ${realm}`;
  if (only) {
    const names = found.map(({ name }) => name).join(", ");
    throw cliFailure(
      "no-function",
      "Several functions fit",
      `${what} is deployed more than once: ${names}. Say which by --function.`,
    );
  }
  const realms = all.flatMap(({ description }) => realmIn(description, "vend-token") ?? []);
  const there = realms.length > 0 ? `There are realms ${realms.sort().join(", ")}.` : "";
  const detail = `No function here is ${what}. ${there}`.trim();
  throw cliFailure("no-function", "There is no such function", detail);
}

function realmIn(description: string, part: FunctionKind): string | undefined {
  return descriptions[part].exec(description)?.[1];
}
