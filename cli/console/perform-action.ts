import type { Disconnected } from "../../functions/http/contract.ts";
import type { ConsentLink } from "../../functions/http/link-contract.ts";
import { adviceFor } from "../advice.ts";
import type { AwsTarget } from "../aws-target.ts";
import type { CommandDeclaration } from "../command.ts";
import type { DeployedFunctions } from "../deployed-functions.ts";
import { CommandFailure, UsageError } from "../failure.ts";
import { formatDisconnected } from "../format-answers.ts";
import { freezeCommand, thawCommand } from "../freeze.ts";
import { parseConnection } from "../parse-arguments.ts";
import { relativeTime } from "../relative-time.ts";
import { vendUnsent } from "../vend-unsent.ts";
import { ActionError } from "./action-error.ts";
import type { Breaker } from "./breaker.ts";
import type { OperatorAction } from "./operator-action.ts";
import type { ActionResult } from "./snapshot.ts";

/** With what an operator acts. */
export interface ActionMeans {
  readonly functions: DeployedFunctions;
  readonly aws: AwsTarget;
  /** The token table's name, if it has another than usual. */
  readonly table: string | undefined;
  readonly now: () => Date;
  readonly breaker: Breaker | null;
}

/** Does what the command line does too. Throws an `ActionError`. */
export async function performAction(
  action: OperatorAction,
  means: ActionMeans,
): Promise<ActionResult> {
  try {
    return await perform(action, means);
  } catch (error) {
    if (error instanceof CommandFailure) throw new ActionError(adviceFor(error), { cause: error });
    if (error instanceof UsageError) throw new ActionError(error.message, { cause: error });
    throw error;
  }
}

async function perform(action: OperatorAction, means: ActionMeans): Promise<ActionResult> {
  switch (action.act) {
    case "vend":
      return vend(action.connection, {}, means);
    case "reject":
      return vend(action.connection, { rejectedVersion: action.version }, means);
    case "consent":
      return makeLink(action.connection, means);
    case "disconnect":
      return disconnect(action.connection, means);
    case "freeze":
      return runCommand(freezeCommand, action.target, action.reason, means);
    case "thaw":
      return runCommand(thawCommand, action.target, action.reason, means);
    case "break":
      return { text: await breakerOf(means).perform(action.realm, action.how) };
    case "callers":
      return { text: breakerOf(means).setCallers(action.isOn) };
  }
}

/** Of the answer, the token goes nowhere. */
async function vend(text: string, more: object, means: ActionMeans): Promise<ActionResult> {
  const { functions, now } = means;
  const { realm, account, connection } = parseConnection(text);
  const payload = { account, ...more };
  const { version, usableUntil } = await vendUnsent(functions, realm, payload);
  const end = usableUntil === null ? "has no end" : `ends ${relativeTime(usableUntil, now())}`;
  return { text: `${connection}: version ${version} was vended; it ${end}.` };
}

async function makeLink(text: string, means: ActionMeans): Promise<ActionResult> {
  const { realm, account, connection } = parseConnection(text);
  const link = await means.functions.invoke<ConsentLink>("begin-consent", realm, { account });
  const { url, expiresAt } = link;
  return {
    text: `A link for the person who is to consent to ${connection}.`,
    link: { url, expiresAt },
  };
}

async function disconnect(text: string, { functions }: ActionMeans): Promise<ActionResult> {
  const { realm, account } = parseConnection(text);
  const payload = { account, disconnect: true };
  const answer = await functions.invoke<Disconnected>("complete-consent", realm, payload);
  return { text: formatDisconnected(answer) };
}

/** The command line's own command, with nobody at a terminal. */
async function runCommand(
  { prepare }: CommandDeclaration,
  target: string,
  reason: string,
  { functions, aws, table, now }: ActionMeans,
): Promise<ActionResult> {
  const notices: string[] = [];
  const execute = prepare([target], { reason, ...(table === undefined ? {} : { table }) });
  const { text } = await execute({
    ...{ functions, aws },
    show: () => undefined,
    terminal: {
      screen: { columns: null, hasColors: false },
      ...{ out: () => undefined, notice: (notice: string) => void notices.push(notice) },
      ...{ readCode: nothing, readPiped: nothing, readHidden: nothing },
      ...{ now, sleep: done, untilInterrupted: done, redraw: () => undefined },
    },
  });
  return { text: [...notices, text].join("\n") };
}

const nothing = async (): Promise<null> => null;
const done = async (): Promise<void> => undefined;

function breakerOf({ breaker }: ActionMeans): Breaker {
  if (breaker) return breaker;
  throw new ActionError("Only the local stack can be broken from here.");
}
