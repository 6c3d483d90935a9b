import type {
  ConsentLink,
  ConsentProgressAnswer,
  OwnerFields,
} from "../functions/http/link-contract.ts";
import type { CommandContext, CommandOptions, CommandOutput, ShowingContext } from "./command.ts";
import { expectArgs } from "./command.ts";
import type { DeployedFunctions } from "./deployed-functions.ts";
import { CommandFailure, UsageError } from "./failure.ts";
import { formatConsentLink, formatConsentOutcome } from "./format-answers.ts";
import { parseConnection } from "./parse-arguments.ts";

export const consentHelp = `npm run vend -- consent <connection> [--person <person>]
                        [--customer <customer>] [--replace] [--wait] [--json]

Prints a one-time link for the person who is to consent. Send it to that person
only, over a channel that nobody else reads: the one who opens it consents.

  --person <person>
           whose consent it has to be, by their e-mail address or the provider's
           identifier of them; nobody else's is stored
  --customer <customer>
           for whose data, as the provider states it
  --replace
           let it replace the consent of another person or customer; without
           --person, whoever opens the link takes the connection over
  --wait   then wait until it is known what came of the link. Ctrl-C ends the
           wait and not the link.
  --json   print the link as JSON; with --wait, a second line says what came of
           it: { "connection", "id", "state" }, granted or ended

Exit code: 0 the link was made and, with --wait, the connection has a consent
that was given since; 1 the command failed; 2 the command line is wrong; 3 with
--wait, nothing came of the link: it was declined, or has expired.

To wait, your role invokes two functions of the realm: begin-consent, and
vend-token, which vends nothing for it. --function cannot name both.`;

/** Between two looks. The pause grows, from the first to the longest. */
const [firstPauseMs, longestPauseMs, growth] = [1000, 30_000, 1.5] as const;
/** A person whose link came to nothing is neither a failure nor a success. */
const endedExitCode = 3;

export function consent(args: readonly string[], options: CommandOptions) {
  const { realm, account, connection } = parseConnection(expectArgs(args, 1)[0]);
  if (options.wait && options.function !== undefined) {
    throw new UsageError("--wait invokes two functions, so that --function cannot name them.");
  }
  return async (context: ShowingContext): Promise<CommandOutput> => {
    const { functions, terminal } = context;
    const payload = { account, ...ownerIn(options) };
    const link = await functions.invoke<ConsentLink>("begin-consent", realm, payload);
    const shown = { answer: link, text: formatConsentLink(connection, link, terminal.now()) };
    if (!options.wait) return shown;
    context.show(shown);
    terminal.notice("\nWaiting for the person. Ctrl-C ends the wait; the link goes on working.");
    const answer = await watchLink(context, realm, account, link);
    const text = formatConsentOutcome(answer);
    return answer.state === "granted"
      ? { answer, text }
      : { answer, text, exitCode: endedExitCode };
  };
}

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
