import type { VendAnswer } from "../functions/http/contract.ts";
import type { CommandContext, CommandDeclaration, CommandOutput } from "./command.ts";
import { formatCredential } from "./format-answers.ts";
import type { CommandOptions } from "./options.ts";
import { parseConnection, parseMinValidity, parseVersion } from "./parse-arguments.ts";
import { vendUnsent } from "./vend-unsent.ts";

const options = ["showToken", "minValidity", "proofFor", "function"] as const;
const needs = "`lambda:InvokeFunction` on `vend-token`";

export const vendCommand: CommandDeclaration = {
  name: "vend",
  args: "<connection>",
  summary: "vend its credential; the token is not shown",
  does: "vends as a caller would; the token is shown with `--show-token` only",
  ...{ needs, options },
  examples: ["vend conferma/production/default --min-validity 60"],
  prepare: ([text], given) => vending(text, given, null),
};

export const rejectCommand: CommandDeclaration = {
  name: "reject",
  args: "<connection> <version>",
  summary: "report that the provider answered 401, and vend",
  does: "reports that the provider answered 401 to that version, and vends",
  ...{ needs, options },
  examples: ["reject conferma/production/default 12"],
  prepare: ([text, version], given) => vending(text, given, parseVersion(version)),
};

function vending(
  text: string | undefined,
  { minValidity, proofFor, showToken: isTokenShown = false }: CommandOptions,
  rejectedVersion: number | null,
) {
  const { realm, account } = parseConnection(text);
  const seconds = parseMinValidity(minValidity);
  return async ({ functions, terminal }: CommandContext): Promise<CommandOutput> => {
    const payload = {
      account,
      ...(seconds === null ? {} : { minValiditySeconds: seconds }),
      ...(rejectedVersion === null ? {} : { rejectedVersion }),
      ...(proofFor === undefined ? {} : { proofFor }),
    };
    const answer = isTokenShown
      ? await functions.invoke<VendAnswer>("vend-token", realm, payload)
      : await vendUnsent(functions, realm, payload);
    const { token: _, header, extraHeaders: __, ...rest } = answer;
    return {
      answer: isTokenShown ? answer : { ...rest, header: { name: header.name } },
      text: formatCredential(answer, isTokenShown, terminal.now()),
    };
  };
}
