import { ActionError } from "../../cli/console/action-error.ts";
import { waitUntilSeen } from "../demo/oracle.ts";
import type { LocalRealm } from "../local-realm.ts";
import type { AnyLocalStack } from "../stack.ts";
import type { VendClient } from "../vend-client.ts";
import { isVendAnswer } from "../vend-client.ts";

const route = "token";
/** Within a provider call's deadline: the process is alive until it is killed. */
const answerAfterMs = 3000;

/** Has a token requested, and kills the process that holds the lease while the provider takes its time. */
export async function killHolder(
  { host, functionOf }: Pick<AnyLocalStack, "host" | "functionOf">,
  client: VendClient,
  { simulator, ...realm }: LocalRealm,
): Promise<string> {
  const { name } = functionOf({ simulator, ...realm });
  const vended = await client.vend(name);
  if (!isVendAnswer(vended)) throw new ActionError(`Nothing is vended: ${vended.problem.detail}`);
  const isRequested = () => simulator.journal.slice(seen).some((entry) => entry.route === route);
  const seen = simulator.journal.length;
  simulator.injectFault({ kind: "delay", ms: answerAfterMs, route });
  // Its process is killed, so it gets no answer.
  const rejected = client.vend(name, { rejectedVersion: vended.version }).catch(() => undefined);
  await Promise.race([waitUntilSeen("a request", isRequested), rejected]).catch(() => undefined);
  const holders = host.processes(name).filter(({ busySince }) => busySince !== undefined);
  const killed = holders.filter(({ pid }) => host.kill(pid)).length;
  if (killed === 0) throw new ActionError("No process has requested a token just now.");
  await rejected;
  return `A token was being requested: ${killed === 1 ? "the process" : `${killed} processes`} of ${name} ended. The next caller takes over when the lease ends.`;
}
