import type { Disconnected } from "../functions/http/contract.ts";
import type { CommandDeclaration } from "./command.ts";
import { UsageError } from "./failure.ts";
import { formatDisconnected } from "./format-answers.ts";
import { parseConnection } from "./parse-arguments.ts";

export const disconnectCommand: CommandDeclaration = {
  name: "disconnect",
  args: "<connection>",
  summary: "end a consent: revoke it there, delete it here",
  does: "ends a consent, with `--yes`: revokes it at the provider if possible, and deletes it from the record",
  needs: "`lambda:InvokeFunction` on the realm's `complete-consent`",
  options: ["yes", "function"],
  examples: ["disconnect connectpay/live/jo --yes"],
  prepare: ([text], { yes }) => {
    const { realm, account, connection } = parseConnection(text);
    if (!yes) {
      throw new UsageError(
        `This ends the consent to ${connection}: nothing is vended from it until\nsomebody consents again. Add --yes to confirm.`,
      );
    }
    return async ({ functions }) => {
      const payload = { account, disconnect: true };
      const answer = await functions.invoke<Disconnected>("complete-consent", realm, payload);
      return { answer, text: formatDisconnected(answer) };
    };
  },
};
