import type { GrantedConsent } from "../functions/http/contract.ts";
import type { CommandDeclaration } from "./command.ts";
import { ownerIn } from "./consent.ts";
import { cliFailure } from "./failure.ts";
import { formatGrantedConsent } from "./format-answers.ts";
import { parseConnection } from "./parse-arguments.ts";

export const pasteCodeCommand: CommandDeclaration = {
  name: "paste-code",
  args: "<connection>",
  summary: "use a code that a person copied; prompts for it",
  does: "redeems a code that a person copied from the provider's pages; it is read from the terminal or from a pipe, never from an argument",
  docs: "consents.md#asking-a-person",
  needs: "`lambda:InvokeFunction` on the realm's `complete-consent`",
  options: ["person", "customer", "replace", "function"],
  examples: ["paste-code connectpay/live/jo"],
  prepare: ([text], options) => {
    const { realm, account } = parseConnection(text);
    return async ({ functions, terminal }) => {
      const code = await terminal.readCode();
      if (code === null) throw cliFailure("no-code", "No code was given", "Nothing was pasted.");
      const answer = await functions.invoke<GrantedConsent>("complete-consent", realm, {
        account,
        code,
        ...ownerIn(options),
      });
      return { answer, text: formatGrantedConsent(answer, terminal.now()) };
    };
  },
};
