import { connectionOf } from "../../functions/model/connection.ts";
import { revokesOnIssue } from "../../functions/model/provider.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { Act } from "./acts.ts";
import type { Mishap } from "./calm.ts";
import { playCalmly } from "./calm.ts";
import { alwaysDelayed, ExploredRun } from "./run.ts";
import type { Nature, WorldState } from "./world.ts";
import { emptyWorld, realm } from "./world.ts";

/** What stands in the table when a run begins, made by the code itself and not by hand. */
export type Start =
  | "no secret"
  | "none"
  | "held"
  | "expired"
  | "doubted"
  | "failed"
  | "abandoned"
  | "contested";

export const account = "default";
const connection = connectionOf(realm, account);

interface Step {
  readonly act: Act;
  readonly mishap?: Mishap;
  /** Time passes until then. */
  readonly until?: (record: TokenRecord, now: number) => number;
}

const renewAt = ({ token }: TokenRecord) => Number(token?.renewAt);
const retryAt = ({ failure }: TokenRecord) => Number(failure?.retryAt ?? 0);
/** Two seconds before its time. */
const nearItsEnd = ({ token }: TokenRecord) =>
  Math.min(Number(token?.usableUntil ?? token?.renewAt), Number(token?.renewAt)) - 2000;

const vend = { does: "vend" } as const;
const reject = { act: { does: "reject" } } as const;
/** A slow issue: those who wait for the next one look less often. */
const first: Step = { act: vend, mishap: { to: "prepares ", fault: "slow" } };
const expiring: Step = { ...first, until: renewAt };

function historyOf({ policy }: Nature, start: Start): readonly Step[] {
  // A static key is looked up again where others are issued anew.
  const isStatic = policy.renewal === "on-rotation";
  const to = isStatic ? "secret" : "provider";
  // Where a new token revokes the old, one whose end is still to come.
  const isRejected = revokesOnIssue(policy);
  const cause = [isRejected ? first : expiring];
  const act = isRejected ? reject.act : vend;
  switch (start) {
    case "no secret":
    case "none":
      return [];
    case "held":
      return [{ ...first, until: nearItsEnd }];
    case "expired":
      return [expiring];
    case "doubted":
      return [...cause, { act, mishap: { to, fault: "lost" }, until: retryAt }];
    case "failed":
      return [expiring, { act: vend, mishap: { to, fault: "refused" } }];
    case "abandoned":
      // The secret is asked for before the lease is taken, which is the first write.
      return [...cause, { act, mishap: { to: isStatic ? "writes " : to, fault: "crash" } }];
    case "contested":
      return [first, reject, reject, reject];
  }
}

/** Plays what led to the starting point, once for all runs that begin there. */
export async function startingPoint(nature: Nature, start: Start): Promise<WorldState> {
  let state = start === "no secret" ? { ...emptyWorld, secret: null } : emptyWorld;
  const isByConsent = nature.policy.renewal === "by-consent";
  const steps = historyOf(nature, start);
  for (const [at, step] of steps.entries()) {
    const act: Act = isByConsent && at === 0 ? { does: "redeem" } : step.act;
    state = await played(nature, state, { ...step, act }, `setup${at}`);
  }
  const now = Math.ceil(state.now);
  if (Number.isNaN(now) || now === 0)
    throw new Error(`There is no way to the starting point ${start}.`);
  return { ...state, now, key: "present" };
}

async function played(
  nature: Nature,
  begin: WorldState,
  { act, mishap, until }: Step,
  process: string,
): Promise<WorldState> {
  const run = new ExploredRun(nature, begin, [], { delaysMs: alwaysDelayed(1450) });
  await playCalmly(run, process, act, account, mishap);
  const { world, violations } = run;
  if (violations.length > 0) throw new Error(violations.join("\n"));
  const record = world.record(connection);
  if (record && until) world.now = Math.max(world.now, until(record, world.now));
  return world.state();
}
