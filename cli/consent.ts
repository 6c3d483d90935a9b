import type {
  ConsentLink,
  ConsentProgressAnswer,
  OwnerFields,
} from "../functions/http/link-contract.ts";
import type { CommandContext, CommandDeclaration } from "./command.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import { CommandFailure, UsageError } from "./failure.ts";
import { formatConsentLink, formatConsentOutcome } from "./format-answers.ts";
import type { CommandOptions } from "./options.ts";
import { parseConnection } from "./parse-arguments.ts";

/** Between two looks. The pause grows, from the first to the longest. */
const [firstPauseMs, longestPauseMs, growth] = [1000, 30_000, 1.5] as const;
/** A person whose link came to nothing is neither a failure nor a success. */
const endedExitCode = 3;

export const consentCommand: CommandDeclaration = {
  name: "consent",
  args: "<connection>",
  summary: "a one-time link for the person who is to consent",
  does: "makes a one-time link for the person who is to consent, for a person by name with `--person`; with `--wait`, waits for what comes of it",
  docs: "consents.md#asking-a-person",
  needs:
    "`lambda:InvokeFunction` on the realm's `begin-consent`; with `--wait`, also on its `vend-token`, which vends nothing for it",
  options: ["person", "customer", "replace", "wait", "function"],
  examples: [
    "consent connectpay/live/jo --wait",
    "consent connectpay/live/jo --person jo@example.com",
  ],
  notes: `Send the link to that person only, over a channel that nobody else reads: the one who opens it consents. With --replace and without --person, whoever opens it takes the connection over.

With --json, --wait prints a second line that says what came of the link: { "connection", "id", "state" }, granted or ended. --function cannot name the two functions that --wait invokes. Exit code: 0 the link was made and, with --wait, the connection has a consent that was given since; 3 with --wait, nothing came of the link: it was declined, or has expired.`,
  prepare: ([text], options) => {
    const { realm, account, connection } = parseConnection(text);
    if (options.wait && options.function !== undefined) {
      throw new UsageError("--wait invokes two functions, so that --function cannot name them.");
    }
    return async (context) => {
      const { functions, terminal } = context;
      const payload = { account, ...ownerIn(options) };
      const link = await functions.invoke<ConsentLink>("begin-consent", realm, payload);
      const shown = { answer: link, text: formatConsentLink(connection, link, terminal.now()) };
      if (!options.wait) return shown;
      context.show(shown);
      terminal.notice("\nWaiting for the person. Ctrl-C ends the wait; the link goes on working.");
      const answer = await watchLink(context, realm, account, link);
      const output = { answer, text: formatConsentOutcome(answer) };
      return answer.state === "granted" ? output : { ...output, exitCode: endedExitCode };
    };
  },
};

/** Whose consent is asked for, where the command line says so. */
export function ownerIn({ person, customer, replace }: CommandOptions): OwnerFields {
  return {
    ...(person !== undefined && { person }),
    ...(customer !== undefined && { customer }),
    ...(replace && { replace }),
  };
}

/** Asks what came of a link until something did: nothing does only as long as a person may still consent. */
async function watchLink(
  { functions, terminal }: CommandContext,
  realm: string,
  account: string,
  { id, expiresAt }: ConsentLink,
): Promise<ConsentProgressAnswer> {
  const told = new Set<string>();
  const tellOnce = (text: string) => {
    if (!told.has(text)) terminal.notice(text);
    told.add(text);
  };
  for (let pauseMs: number = firstPauseMs; ; pauseMs = Math.min(pauseMs * growth, longestPauseMs)) {
    const answer = await askOf(functions, realm, { account, consentId: id }, tellOnce);
    if (answer && answer.state !== "pending") return answer;
    if (answer && terminal.now() >= new Date(expiresAt)) {
      tellOnce("The person has continued to the provider, and may still decide.");
    }
    await terminal.sleep(pauseMs);
  }
}

/** Null after a failure that may pass. */
async function askOf(
  functions: DeployedFunctions,
  realm: string,
  payload: object,
  tellOnce: (text: string) => void,
): Promise<ConsentProgressAnswer | null> {
  try {
    return await functions.invoke<ConsentProgressAnswer>("vend-token", realm, payload);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const { problem } = error;
    const mayPass = "retryable" in problem ? problem.retryable : problem.code === "not-reached";
    if (!mayPass) throw error;
    tellOnce(`${problem.title} (${problem.code}). Still waiting.`);
    return null;
  }
}
