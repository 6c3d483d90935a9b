import { connectionOf } from "../../functions/model/connection.ts";
import type { Credential, VendRequest } from "../../functions/model/credential.ts";
import type { VendingError } from "../../functions/model/errors.ts";
import { processVending } from "../../functions/vending/process-vending.ts";
import type { Ask } from "./scenario.ts";
import { dependenciesOf } from "./simulated-deployment.ts";
import type { SimulatedPeople } from "./simulated-people.ts";
import { deadline } from "./simulated-people.ts";
import type { SimulatedProcess } from "./simulated-process.ts";
import type { SimulatedConnection, SimulatedStage } from "./simulated-stage.ts";
import { realmIds } from "./simulated-stage.ts";

/** Those who ask for tokens, and use them. */
export class SimulatedCallers {
  readonly #world: SimulatedStage;
  readonly #people: SimulatedPeople;
  vends = 0;

  constructor(world: SimulatedStage, people: SimulatedPeople) {
    this.#world = world;
    this.#people = people;
  }

  /** How a process's callers ask, and what they do with the answer. */
  asking(
    process: SimulatedProcess,
    realm: number,
    startsAt: number,
  ): (ask: Ask) => Promise<VendingError | "vended"> {
    const deps = dependenciesOf(this.#world, process, realm, startsAt);
    const vending = processVending(deps);
    const vend = async (asked: Ask, rejectedVersion: number | null) => {
      const { minValiditySeconds, patienceMs } = asked;
      const { account, invariants } = this.#target(asked);
      let isAnswered = false;
      this.#world.time.after(patienceMs + 300, () => {
        if (!isAnswered) invariants.unanswered(process);
      });
      if (rejectedVersion !== null) invariants.reported.add(rejectedVersion);
      const request = { account, minValiditySeconds, rejectedVersion };
      const msLeft = process.clock.countdown(patienceMs);
      const answer = async (): Promise<Credential | VendingError> => {
        const call = deadline(process, msLeft(), "caller", 200);
        const outcome =
          vending.cached(request) ?? (await vending.vend(request, call).catch((error) => error));
        const waitMs = waitOf(outcome);
        if (waitMs >= msLeft()) return outcome;
        // As the client does (client/retry.ts).
        await process.clock.sleep(waitMs, call.signal);
        return answer();
      };
      const outcome = await answer();
      isAnswered = true;
      return outcome;
    };
    const ask = async (
      asked: Ask,
      rejectedVersion: number | null = null,
    ): Promise<VendingError | "vended"> => {
      const outcome = await vend(asked, rejectedVersion);
      if (!("token" in outcome)) {
        const error = this.#people.refused(process, this.#target(asked), outcome);
        this.#requireReason(asked, realm, rejectedVersion === null ? process : null, error);
        return error;
      }
      const isDead = this.#vended(process, { ...asked, rejectedVersion }, outcome);
      const complains = rejectedVersion === null && (isDead || asked.manner === "complains");
      if (!complains) return "vended";
      this.#world.note(`${process.name} reports version ${outcome.version}`);
      return ask({ ...asked, minValiditySeconds: 0 }, outcome.version);
    };
    return ask;
  }

  #target({ connection }: Ask): SimulatedConnection {
    const target = this.#world.connection(connection ?? 0);
    return connection === null ? { ...target, account: "nobody" } : target;
  }

  #requireReason(
    asked: Ask,
    realm: number,
    process: SimulatedProcess | null,
    error: VendingError,
  ): void {
    this.#requireBoundedBreak(error);
    if (asked.connection === null) this.#requireUnknown(realm, error);
    else if (process) this.#requireServed(asked, process, error);
  }

  /** P14: whatever a row says, rejections keep a connection from being renewed for five minutes at most. */
  #requireBoundedBreak({ code, retryAfterSeconds }: VendingError): void {
    const isBounded = code !== "contested" || (retryAfterSeconds ?? 0) <= 300;
    if (!isBounded) this.#world.violations.push(`P14: contested for ${retryAfterSeconds} s`);
  }

  /** Nothing is written for an account that does not exist. */
  #requireUnknown(realm: number, { code }: VendingError): void {
    const pk = connectionOf(realmIds[realm] ?? realmIds[0], "nobody");
    if (this.#world.table.items.has(pk)) this.#world.violations.push(`5.1: a row for ${pk}`);
    const known = ["unknown-connection", "secret-unavailable", "store-unavailable"];
    const expected = [...known, "consent-required", "renewal-in-progress", "frozen"];
    if (!expected.includes(code)) this.#world.violations.push(`5.1: ${pk} is refused as ${code}`);
  }

  /** Where nothing fails, nobody is refused but for the provider's and the caller's own limits. */
  #requireServed(asked: Ask, process: SimulatedProcess, { code }: VendingError): void {
    const { trouble, lifetimeMs } = this.#world.scenario;
    const isSlow = trouble.keyMs > 0 || lifetimeMs < 10_000;
    const isDemanding = asked.patienceMs < 25_000 || asked.minValiditySeconds > 0;
    if (!trouble.isCalm || isSlow || isDemanding) return;
    const isWrong = process === this.#world.circumstances.wrongClock?.process;
    // A clock that is wrong, or jumps, harms its own callers: to one that jumps over a back-off, the failure is past.
    if (isWrong || process.steppedMs > 0) return;
    const own = [
      "frozen",
      "consent-required",
      "contested",
      "validity-unavailable",
      "scope-conflict",
    ];
    const isKeyReported = code === "credentials-rejected";
    if (!own.includes(code) && !isKeyReported) this.#target(asked).invariants.refusedInCalm(code);
  }

  /** Whether the provider would refuse what was vended. */
  #vended(
    process: SimulatedProcess,
    asked: Ask & Pick<VendRequest, "rejectedVersion">,
    credential: Credential,
  ): boolean {
    const { provider, invariants } = this.#target(asked);
    const id = credential.token.expose();
    const token = provider.tokenOf(id);
    this.vends += 1;
    this.#world.requireUnfrozen(process, credential.connection, "somebody was vended");
    this.#world.note(`${process.name} is vended ${id}, version ${credential.version}`);
    invariants.vended(process, credential, token, asked);
    return token?.revokedBy !== undefined;
  }
}

/** What only has to be waited for is asked for again; anything else is an answer. */
function waitOf(outcome: Credential | VendingError): number {
  if (!("retryAfterSeconds" in outcome) || outcome.retryAfterSeconds === null) return Infinity;
  const isWait = ["renewal-in-progress", "validity-unavailable"].includes(outcome.code);
  return isWait ? outcome.retryAfterSeconds * 1000 : Infinity;
}
