import { accountOf } from "../../functions/model/connection.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { realmFreezeMaxAgeMs } from "../../functions/model/time-limits.ts";
import type { Ending } from "./acts.ts";
import { playCalmly } from "./calm.ts";
import type { ExploredRun } from "./run.ts";
import { account } from "./starting-points.ts";

const maxAttempts = 8;

/**
 * Once nothing fails any more, a new process gets a token that is alive: after what it is told to wait for, and where a
 * caller met a dead one, after telling so. What only a person can mend, a person mends.
 */
export async function heal(run: ExploredRun): Promise<void> {
  const { world } = run;
  const stuck = world.processes.filter(({ running }) => running > 0);
  run.world.promises.require(stuck.length === 0, "5.3: a caller has no answer");
  const accounts = world.records().map(({ connection }) => accountOf(connection));
  for (const each of accounts.length > 0 ? accounts : [account]) {
    if (run.violations.length === 0) await healOne(run, each);
  }
}

async function healOne(run: ExploredRun, of: string): Promise<void> {
  const { promises } = run.world;
  let act: "vend" | "reject" = "vend";
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const ending = await playCalmly(run, "healer", { does: act }, of);
    if (!ending) return promises.require(run.violations.length > 0, "heals: no answer");
    if (isHealed(run, ending)) return;
    const isDead = !(ending instanceof VendingError);
    act = isDead ? "reject" : "vend";
    if (!isDead) await mend(run, of, ending);
  }
  promises.require(false, "heals: still no living token");
}

/** A connection that shares its scope with another is not to have a token. */
function isHealed({ world }: ExploredRun, ending: Ending): boolean {
  if (ending instanceof VendingError) return ending.code === "scope-conflict";
  return ending.vended !== null && world.provider.isAlive(ending.vended);
}

/** What a problem asks for: a person, another secret, or patience. */
async function mend(run: ExploredRun, of: string, problem: VendingError): Promise<void> {
  const { code, retryAfterSeconds } = problem;
  if (code === "consent-required") await playCalmly(run, "person", { does: "redeem" }, of);
  else if (code === "credentials-rejected") await rotate(run, of);
  else if (code === "frozen") await thawAll(run, of);
  else if (retryAfterSeconds !== null) run.world.now += retryAfterSeconds * 1000;
  else run.world.promises.require(false, `heals: ${code}`);
}

async function thawAll(run: ExploredRun, of: string): Promise<void> {
  await playCalmly(run, "operator", { does: "thaw" }, of);
  await playCalmly(run, "operator", { does: "thaw", isRealms: true }, of);
  run.world.now += realmFreezeMaxAgeMs;
}

async function rotate(run: ExploredRun, of: string): Promise<void> {
  await playCalmly(run, "person", { does: "rotate" }, of);
  run.world.secret = run.world.provider.state.goodSecret;
  // A process reads a refused secret again no more often than once a second.
  run.world.now += 2000;
}
