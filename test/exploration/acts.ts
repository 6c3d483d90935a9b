import type { ConsentDependencies } from "../../functions/consents/consent-dependencies.ts";
import { disconnect } from "../../functions/consents/disconnect.ts";
import { redeemCode } from "../../functions/consents/redeem-code.ts";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf, realmName } from "../../functions/model/connection.ts";
import type { Dependencies } from "../../functions/model/dependencies.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { PendingConsents } from "../../functions/model/pending-consents.ts";
import type { RenewalIndex } from "../../functions/model/renewal-index.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { Deadline } from "../../functions/model/time-limits.ts";
import { freezeKey } from "../../functions/store/conditional-write.ts";
import type { ProcessVending } from "../../functions/vending/process-vending.ts";
import { processVending } from "../../functions/vending/process-vending.ts";
import { resealConnection } from "../../functions/vending/reseal-connection.ts";
import { renewDue } from "../../functions/vending/schedule/renew-due.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import { checkRefusal } from "./actor-promises.ts";
import type { ForgedPart, JourneyAct } from "./consent-journey.ts";
import { consentDependencies, forgedLink, takeStep } from "./consent-journey.ts";
import type { ExploredProcess } from "./explored-process.ts";
import { checkFrozenVend, writeFreeze } from "./freeze-promises.ts";
import { recordIn } from "./record-lens.ts";
import type { Request } from "./request.ts";
import type { ExploredWorld } from "./world.ts";
import { realm } from "./world.ts";

/** What somebody does with a process, or outside of all of them. */
export type Act =
  | { readonly does: "vend"; readonly minValiditySeconds?: number; readonly patienceMs?: number }
  /** Reports the version that is held when the run begins. */
  | { readonly does: "reject" }
  /** Reports a version that there has never been. */
  | { readonly does: "reject-unknown" }
  /** A person has consented, and comes back with a code. */
  | { readonly does: "redeem"; readonly isWrong?: boolean }
  | { readonly does: "disconnect" }
  | { readonly does: "reseal" }
  /** One run of the schedule. */
  | { readonly does: "tick"; readonly patienceMs?: number }
  /** The provider takes another secret from now on, or the one before again. */
  | { readonly does: "rotate"; readonly isUndone?: boolean }
  /** The person ends the consent at the provider. */
  | { readonly does: "withdraw" }
  /** Another realm's role writes this realm's name into an item of its own. */
  | { readonly does: "pose" }
  /** Somebody who may write to the table changes the row of the one link. */
  | { readonly does: "forge"; readonly what: ForgedPart }
  /** Secrets Manager is given the next secret, or the one before again. */
  | { readonly does: "put-secret"; readonly isUndone?: boolean }
  /** An operator stops the connection, or its realm, or lets it go on. */
  | { readonly does: "freeze" | "thaw"; readonly isRealms?: boolean }
  | JourneyAct;

/** What somebody does, and when. */
export interface TimedAct {
  /** Tells it from the others of its scenario. */
  readonly label: string;
  readonly process: string;
  readonly at: number;
  readonly act: Act;
  readonly account: string;
}

/** How an act ended: what it answered, or the problem. */
export type Ending = VendingError | Success;

interface Success {
  /** The token, where there is one. */
  readonly vended: string | null;
  /** In a few words. */
  readonly says: string;
  /** How long the token may be used; null where there is none, or no end. */
  readonly lastsMs: number | null;
}

function success(says = "done"): Success {
  return { vended: null, says, lastsMs: null };
}

/** Why a consent may be kept that somebody has asked to end. */
const outOfReach: ReadonlySet<string> = new Set(["store-unavailable", "renewal-in-progress"]);
const patienceMs = 25_000;
const never = new AbortController().signal;

const posing = connectionOf({ ...realm, provider: "send" }, "default");

type Demand = Omit<Extract<Act, { does: "vend" }>, "does">;

interface Ports {
  readonly index: RenewalIndex;
  readonly pendingConsents: PendingConsents;
}

/** Everything that one process may be asked to do. */
export class Actor {
  readonly process: ExploredProcess;
  readonly #world: ExploredWorld;
  readonly #deps: Dependencies;
  readonly #vending: ProcessVending;
  readonly #index: RenewalIndex;
  readonly #consents: ConsentDependencies;

  constructor(
    world: ExploredWorld,
    process: ExploredProcess,
    deps: Dependencies,
    { index, pendingConsents }: Ports,
  ) {
    this.#world = world;
    this.process = process;
    this.#deps = deps;
    this.#vending = processVending(deps);
    this.#index = index;
    this.#consents = consentDependencies(world, process, deps, pendingConsents);
  }

  /** Never fails: what is no problem but a defect breaks a promise. */
  async play(act: Act, account: string): Promise<Ending> {
    const { process } = this;
    process.running += 1;
    process.acts += 1;
    const ending = await this.#play(act, account).catch((error: unknown) => this.#problem(error));
    process.running -= 1;
    if (process.running === 0) this.#world.promises.ended(process.name);
    return ending;
  }

  #problem(error: unknown): VendingError {
    if (error instanceof VendingError) {
      this.#world.note(() => `${this.process.name} is refused: ${error.code}`);
      return error;
    }
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#world.promises.require(false, `5.3: a defect, not a problem: ${what}`);
    return new VendingError("internal", what);
  }

  async #play(act: Act, account: string): Promise<Ending> {
    const connection = connectionOf(realm, account);
    switch (act.does) {
      case "vend":
        return this.#vend(account, act, null);
      case "reject":
        return this.#reject(account);
      case "reject-unknown":
        return this.#rejectUnknown(account);
      case "redeem": {
        await this.#redeem(connection, act.isWrong === true);
        return success();
      }
      case "disconnect":
        return this.#disconnect(account);
      case "reseal":
        return this.#reseal(connection);
      case "tick":
        return this.#tick(connection, act.patienceMs);
      case "rotate":
        return this.#outside("the provider takes the next secret", "provider secret", (world) => {
          const { state } = world.provider;
          state.goodSecret = String(Number(state.goodSecret) + (act.isUndone ? -1 : 1));
        });
      case "freeze":
      case "thaw": {
        const pk = act.isRealms ? freezeKey(realmName(realm)) : connection;
        return this.#outside(`an operator: ${act.does} ${pk}`, `table ${pk}`, (world) =>
          writeFreeze(world.table.items, pk, world.now, act.does === "thaw"),
        );
      }
      case "withdraw":
        return this.#outside("a person ends the consent", `provider ${connection}`, (world) => {
          const { grants } = world.provider;
          for (const id of grants.state.tokens.keys()) grants.revoke(id);
        });
      case "pose":
        return this.#outside("another realm poses as this one", `table ${posing}`, (world) => {
          const [at, until] = [-1, 1000].map((ms) => ({ N: String(world.now + ms) }));
          const due = { dueRealm: { S: realmName(realm) }, dueAt: at, dueUntil: until };
          world.table.items.set(posing, { pk: { S: posing }, ...due } as TableItem);
        });
      case "forge": {
        const [pk, row] = forgedLink(this.#world, act.what);
        return this.#outside(`somebody forges a link's ${act.what}`, `table ${pk}`, (world) => {
          world.table.items.set(pk, row());
        });
      }
      case "put-secret":
        return this.#outside("Secrets Manager holds another secret", "secret", (world) => {
          world.secret = String(Number(world.secret ?? "0") + (act.isUndone ? -1 : 1));
        });
      default: {
        const deadline = this.#deadline();
        const says = await takeStep(
          this.#world,
          this.process,
          this.#consents,
          act,
          account,
          deadline,
        );
        return success(says);
      }
    }
  }

  #deadline(ms = patienceMs): Deadline {
    const { clock } = this.process;
    const signal = clock.timeout(ms + 200, never);
    return { msLeft: clock.countdown(ms), signal, onBehalfOf: "caller" };
  }

  async #vend(
    account: string,
    { minValiditySeconds = 0, patienceMs: ms }: Demand,
    rejectedVersion: number | null,
  ) {
    const { process } = this;
    const isHurried = ms !== undefined && ms < this.#world.leaseMs;
    // Those who share its flight may have more time.
    process.isHurried = isHurried && (process.running === 1 || process.isHurried);
    const [knownBefore, acts] = [new Map(process.knownDead), process.acts];
    const request = { account, minValiditySeconds, rejectedVersion };
    const credentialBefore = this.#vending.cached(request);
    const refused = (error: unknown) => this.#refused(account, error);
    const vend = () => this.#vending.vend(request, this.#deadline(ms)).catch(refused);
    const credential = credentialBefore ?? (await vend());
    const { version, usableUntil } = credential;
    const token = credential.token.expose();
    this.#world.note(() => `${process.name} is vended ${token}, version ${version}`);
    // What a later request of the same process has read, this one need not know.
    const isLast = process.acts === acts;
    const knownDead = (isLast ? process.knownDead : knownBefore).get(credential.connection) ?? [];
    this.#world.promises.vended(credential, request, knownDead);
    const { promises, table, now } = this.#world;
    checkFrozenVend(promises, table.items, credential.connection, now);
    const lastsMs = usableUntil && Number(usableUntil) - this.#world.now;
    return { vended: token, says: `version ${version}`, lastsMs };
  }

  #refused(account: string, error: unknown): never {
    const { promises, provider, secret } = this.#world;
    const isOfSecret = error instanceof VendingError && error.code === "credentials-rejected";
    const seen = recordIn(this.process.seen.get(connectionOf(realm, account)));
    if (isOfSecret) checkRefusal(promises, seen, provider.state.calls, secret);
    throw error;
  }

  async #reject(account: string): Promise<Ending> {
    const connection = connectionOf(realm, account);
    const { version } = this.#world.promises.of(connection);
    this.#world.promises.of(connection).reported.push(version);
    this.#world.note(() => `${this.process.name} rejects version ${version}`);
    return this.#vend(account, {}, version).finally(() => this.#requireGone(connection, version));
  }

  /** A token that was reported, and that cannot be renewed, is nobody's any more. */
  #requireGone(connection: Connection, version: number): void {
    const { hadFault, promises } = this.#world;
    const record = this.#world.record(connection);
    const isOver = record?.failure?.code === "consent-required" && record.lease === null;
    const isKept = isOver && record.token !== null && record.version === version;
    promises.require(
      !isKept || hadFault,
      "P6: a token is kept that was reported, and has no consent",
    );
  }

  async #rejectUnknown(account: string): Promise<Ending> {
    const { version } = this.#world.promises.of(connectionOf(realm, account));
    const ending = await this.#vend(account, {}, version + 9).catch((error: unknown) => error);
    const code = ending instanceof VendingError ? ending.code : "none";
    const isRefused = code === "invalid-request" || code === "store-unavailable";
    this.#world.promises.require(
      isRefused,
      `5.3: a version that is not yet was rejected (${code})`,
    );
    return success();
  }

  /** What nobody disturbs leaves nothing due, but for what failed. */
  async #tick(connection: Connection, ms: number | undefined): Promise<Ending> {
    this.process.isScheduled = true;
    const deadline = { ...this.#deadline(ms), onBehalfOf: "schedule" } as const;
    const summary = await renewDue(this.#deps, this.#index, this.process.memory, deadline);
    const { token = null, lease, failure, frozen } = this.#world.record(connection) ?? {};
    const { hadFault, now, promises } = this.#world;
    const isOver = !token?.due || Number(token.due.at) > now || Number(token.due.until) < now;
    const isHurried = ms !== undefined && ms < this.#world.leaseMs;
    const isExcused = hadFault || lease != null || failure != null || frozen != null || isHurried;
    promises.require(isOver || isExcused, "P4: a tick left what is due");
    const counts = Object.entries(summary).map(([what, count]) => `${count} ${what}`);
    return success(counts.join(" "));
  }

  async #redeem(connection: Connection, isWrong: boolean): Promise<void> {
    const begunAt = this.process.clock.now();
    const code = new Sensitive(isWrong ? "mistyped" : this.#world.provider.grants.consent());
    const credential = { kind: "code", code, authorizationRequest: null } as const;
    try {
      await redeemCode(this.#deps, connection, credential, this.#deadline());
    } catch (error) {
      const { token, consent } = this.#world.record(connection) ?? {};
      const isNew = consent != null && consent.consentedAt >= begunAt;
      const isStored = isNew && token?.committedBy.startsWith(`${this.process.name}.`) === true;
      // A table that does not answer leaves open what it has stored.
      const isOpen = error instanceof VendingError && error.code === "store-unavailable";
      this.#world.promises.require(
        isOpen || !isStored,
        "5.5: a stored consent is said to have failed",
      );
      const isRefused = error instanceof VendingError && error.code === "credentials-rejected";
      if (isRefused) this.#world.promises.refused(this.process.name, this.process.latestSecret);
      throw error;
    }
    this.#world.promises.redeemed(connection, code.expose());
  }

  async #disconnect(account: string): Promise<Ending> {
    const connection = connectionOf(realm, account);
    const begunAt = this.process.clock.now();
    const { promises } = this.#world;
    const done = await disconnect(this.#deps, connection, this.#deadline()).catch((error) => {
      const isTables = !(error instanceof VendingError) || outOfReach.has(error.code);
      promises.require(isTables, `5.5: a consent is kept because of ${error.code}`);
      throw error;
    });
    const revoked = done.ended?.revocation?.isRevoked ?? null;
    const { ended } = promises.of(connection);
    const isAsked = revoked !== null || ended?.process !== this.process.name;
    promises.require(isAsked, "5.5: a consent was ended here, and not at its provider");
    const isTrue = revoked !== true || !this.#world.provider.grants.isCurrent(ended?.refresh ?? "");
    promises.require(isTrue, "5.5: a consent is called revoked that its provider still takes");
    const { consent = null, token = null } = this.#world.record(connection) ?? {};
    const isGone = [consent?.consentedAt, token?.issuedAt].every((at) => !at || at >= begunAt);
    promises.require(isGone, "5.5: a disconnected consent is still there");
    return success(`revoked: ${revoked}`);
  }

  async #reseal(connection: Connection): Promise<Ending> {
    const { resealed, unreadable } = await resealConnection(
      this.#deps,
      connection,
      this.#deadline(),
    );
    this.#world.promises.require(unreadable.length === 0, "P12: what is stored does not open");
    return success(`${resealed.join(", ") || "nothing"} sealed anew`);
  }

  async #outside(
    what: string,
    of: string,
    change: (world: ExploredWorld) => void,
  ): Promise<Ending> {
    const world = this.#world;
    const request: Request<null> = {
      to: "outside",
      what,
      content: () => what,
      hasEffect: () => true,
      bringsNews: () => true,
      dependsOn: [],
      perform() {
        change(world);
        const touches = [{ of, isWrite: true }];
        return { outcome: { value: null }, touches, mark: () => "", tell: () => "done" };
      },
      failure: () => ({ value: null }),
    };
    await this.process.send(request, never);
    return success();
  }
}
