import { disconnect } from "../../functions/consents/disconnect.ts";
import { redeemCode } from "../../functions/consents/redeem-code.ts";
import { plusMs } from "../../functions/model/clock.ts";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf } from "../../functions/model/connection.ts";
import type { ConsentFlow } from "../../functions/model/consent.ts";
import type { Credential } from "../../functions/model/credential.ts";
import type { Deadline } from "../../functions/model/deadline.ts";
import type { Dependencies } from "../../functions/model/dependencies.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { Issuer, RenewalPolicy } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { dynamoDbRenewalIndex } from "../../functions/store/dynamodb-renewal-index.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { readRecord } from "../../functions/store/read-record.ts";
import { recordReader } from "../../functions/store/record-reader.ts";
import { CredentialCache } from "../../functions/vending/credential-cache.ts";
import { renewDue } from "../../functions/vending/schedule/renew-due.ts";
import { vendToken } from "../../functions/vending/vend-token.ts";
import type { Breakage } from "../support/breakage.ts";
import { brokenCommand } from "../support/breakage.ts";
import { Replay } from "../support/check-transitions.ts";
import type { Item } from "../support/dynamodb-expressions.ts";
import { HeardTokens } from "./heard-tokens.ts";
import type { Circumstances } from "./invariants.ts";
import { Invariants } from "./invariants.ts";
import { changedRow } from "./row-changes.ts";
import type { Run } from "./run-seed.ts";
import type { Ask, Scenario } from "./scenario.ts";
import { scenarioOf } from "./scenario.ts";
import { SimulatedGrants } from "./simulated-grants.ts";
import { simulatedSealer, simulatedSecrets } from "./simulated-ports.ts";
import type { Fate } from "./simulated-process.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import type { ProviderFault } from "./simulated-provider.ts";
import { SimulatedProvider } from "./simulated-provider.ts";
import type { TableFault } from "./simulated-table.ts";
import { SimulatedTable } from "./simulated-table.ts";
import type { RowChange } from "./trouble.ts";
import { seededRandom, VirtualTime } from "./virtual-time.ts";

const calm: Fate = { crashAtStep: null, pauseAtStep: null, pauseMs: 0 };
const realmIds = [
  { provider: "conferma", environment: "simulated" },
  { provider: "send", environment: "simulated" },
] as const;

/** One connection of the world, with all that concerns it alone. */
interface SimulatedConnection {
  readonly id: Connection;
  readonly account: string;
  readonly realm: number;
  readonly provider: SimulatedProvider;
  readonly grants: SimulatedGrants;
  readonly invariants: Invariants;
  /** Its row as it has been. */
  readonly pasts: Item[];
  isPersonAtWork: boolean;
}

/** Table, secrets, keys, providers, processes, people and operators of one seed, in virtual time. */
export class SimulatedWorld {
  readonly #seed: number;
  readonly #random: () => number;
  readonly #time = new VirtualTime();
  readonly #begun = this.#time.now;
  readonly #scenario: Scenario;
  readonly #table = new SimulatedTable();
  readonly #connections: SimulatedConnection[] = [];
  readonly #processes: SimulatedProcess[] = [];
  readonly #circumstances: Circumstances = { hadMishap: false, wrongClock: null };
  readonly #heard = new HeardTokens();
  readonly #replay = new Replay();
  readonly #breakage: Breakage;
  readonly #timeline: string[] = [];
  readonly #violations: string[] = [];
  #secretVersion = "1";
  #goodSecret = "1";
  #faultsOn = true;
  #people = 0;
  #vends = 0;
  #problems = 0;

  constructor(seed: number, breakage: Breakage) {
    this.#seed = seed;
    this.#breakage = breakage;
    this.#random = seededRandom(seed);
    this.#scenario = scenarioOf(this.#random);
    for (const index of this.#scenario.connections.keys()) this.#addConnection(index);
    this.#table.rewrite = (command) => brokenCommand(breakage, command);
    this.#table.onWrite = (pk, after, before) => this.#written(pk, after, before);
  }

  async play(): Promise<void> {
    const { processes, horizonMs } = this.#scenario;
    for (const [index, script] of processes.entries()) {
      const process = this.#process(`p${index}`, script.fate, script.skewMs);
      if (index === this.#scenario.trouble.wrongClock?.process) {
        this.#circumstances.wrongClock = process;
      }
      const { stepsTo } = script;
      if (stepsTo) {
        this.#time.after(stepsTo.atMs, () => {
          process.skewMs = stepsTo.skewMs;
        });
      }
      const asking = this.#asking(process, script.realm, script.startsAt);
      for (const ask of script.asks) this.#time.after(ask.atMs, () => void asking(ask));
    }
    this.#playOthers();
    await this.#time.runUntil(this.#begun + horizonMs + 60_000);
    const thawn = Math.max(...this.#processes.map(({ frozenUntil }) => frozenUntil));
    if (thawn > this.#time.now) await this.#time.runUntil(thawn + 60_000);
    await this.#healAll();
    // What was begun has ended by now.
    await this.#time.runUntil(this.#time.now + 60_000);
    this.#violations.push(...this.#heard.unnamed());
  }

  /** What people, operators, the schedule, providers and other issuers do of their own accord. */
  #playOthers(): void {
    const { consents, ticksAt, realms, trouble } = this.#scenario;
    const { rotations, foreignIssues, disconnects, rowChanges } = trouble;
    for (const { atMs, connection } of consents) {
      this.#time.after(atMs, () => void this.#consent(this.#connection(connection)));
    }
    for (const { atMs, delayMs } of rotations) {
      this.#time.after(atMs, () => this.#rotate(delayMs));
    }
    for (const { atMs, connection } of foreignIssues) {
      this.#time.after(atMs, () => {
        this.#note("someone else issues");
        this.#connection(connection).provider.issueForeign();
      });
    }
    for (const { atMs, connection } of disconnects) {
      this.#time.after(atMs, () => void this.#disconnect(this.#connection(connection)));
    }
    for (const change of rowChanges) {
      this.#time.after(change.atMs, () => this.#changeRow(change));
    }
    for (const atMs of ticksAt) {
      for (const realm of realms.keys()) this.#time.after(atMs, () => void this.#tick(realm));
    }
  }

  result(): Run {
    const ofConnections = this.#connections.flatMap(({ id, invariants }) =>
      invariants.violations.map(({ message }) => `${id}: ${message}`),
    );
    return {
      seed: this.#seed,
      violations: [...this.#violations, ...ofConnections],
      vends: this.#vends,
      problems: this.#problems,
      calls: this.#connections.reduce((sum, { invariants }) => sum + invariants.calls, 0),
      timeline: this.#timeline,
      taken: this.#replay.taken,
    };
  }

  #addConnection(index: number): void {
    const { connections, lifetimeMs, deadlineMs, grants: rules } = this.#scenario;
    const { realm, account, platform } = connections[index] as Scenario["connections"][number];
    const policy = this.#policyOf(realm, 0);
    const suffix = `@${account}`;
    const grants = new SimulatedGrants(this.#time, rules, undefined, suffix);
    const id = connectionOf(realmIds[realm] ?? realmIds[0], account);
    const current = () => {
      const item = this.#table.items.get(id);
      return item ? readRecord({ ...item }) : null;
    };
    const invariants = new Invariants(this.#time, policy, grants, current, this.#circumstances);
    const isShared = platform !== index && policy.renewal !== "by-consent";
    const nature = { policy, lifetimeMs, deadlineMs, platform: `-${index}` };
    const provider = isShared
      ? this.#connection(platform).provider
      : new SimulatedProvider(this.#time, grants, nature, {
          callBegins: (call) => {
            this.#of(call.connection).callBegins(call);
            const uses = call.uses === null ? "" : ` with ${call.uses}`;
            this.#note(`${call.process.name} calls the provider${uses} for ${call.connection}`);
          },
          callEnds: (call, result) => this.#of(call.connection).callEnds(call, result),
          tokenDies: (token, call) => {
            this.#note(`${token.id} dies`);
            if (token.call) this.#of(token.call.connection).tokenDies(token, call);
          },
          tokenHeard: (token, call) => this.#heard.add(token.id, call.process),
        });
    const own = { id, account, realm, provider, grants, invariants };
    this.#connections.push({ ...own, pasts: [], isPersonAtWork: false });
  }

  #connection(index: number): SimulatedConnection {
    return (this.#connections[index] ?? this.#connections[0]) as SimulatedConnection;
  }

  #of(id: Connection): Invariants {
    const known = this.#connections.find((connection) => connection.id === id);
    return (known ?? this.#connection(0)).invariants;
  }

  #policyOf(realm: number, atMs: number): RenewalPolicy {
    const script = this.#scenario.realms[realm] as Scenario["realms"][number];
    return script.later && atMs >= script.later.atMs ? script.later.policy : script.policy;
  }

  #process(name: string, fate: Fate, skewMs = 0): SimulatedProcess {
    const process = new SimulatedProcess(name, this.#time, skewMs, fate);
    const isUnlucky = fate.crashAtStep !== null || fate.pauseAtStep !== null;
    if (isUnlucky) this.#circumstances.hadMishap = true;
    this.#processes.push(process);
    return process;
  }

  #written(pk: string, after: Item | null, before: Item | null): void {
    const writer = this.#table.writer;
    const realm = pk.startsWith(`${realmIds[1].provider}/`) ? 1 : 0;
    const policy = this.#policyOf(realm, 0);
    const by = writer ? "service" : "operator";
    const aheadMs = writer?.skewMs ?? 0;
    const write = { pk, at: this.#time.now, before, after, aheadMs, policy, by } as const;
    const violation = this.#replay.violationOf(write);
    if (violation) this.#violations.push(violation);
    const written = this.#connections.find(({ id }) => id === pk);
    if (!written) return;
    const record = after && readRecord({ ...after });
    if (after) written.pasts.push(after);
    if (writer && record) written.invariants.recordWritten(record);
    else written.invariants.rowChanged(record);
    this.#heard.written(record);
  }

  #changeRow(change: RowChange): void {
    const { id, pasts } = this.#connection(change.connection);
    const before = this.#table.items.get(id) ?? null;
    const after = changedRow(change, before ?? undefined, pasts, this.#time.now);
    if (!before && !after) return;
    this.#note(`an operator: ${change.kind} ${id}`);
    this.#circumstances.hadMishap = true;
    if (after) this.#table.items.set(id, after);
    else this.#table.items.delete(id);
    this.#table.writer = null;
    this.#written(id, after, before);
  }

  async #healAll(): Promise<void> {
    this.#faultsOn = false;
    // A key that was reported stays refused until there is another: the one thing that heals only by a person.
    if (this.#scenario.realms.some(({ policy }) => policy.renewal === "on-rotation")) {
      this.#rotate(0);
    }
    const refused = new Set<SimulatedConnection>();
    for (const connection of this.#connections) {
      const why = await this.#heal(connection);
      if (why === "scope-conflict") refused.add(connection);
      else if (why) connection.invariants.notHealed(why);
    }
    for (const connection of refused) {
      const isServed = this.#connections.some(
        (other) => other.provider === connection.provider && !refused.has(other),
      );
      if (!isServed) connection.invariants.notHealed("scope-conflict for every connection");
    }
  }

  /** Once nothing fails any more, a new process gets a token: after what it is told to wait for, and no later. */
  async #heal(connection: SimulatedConnection): Promise<string | null> {
    const { realm } = connection;
    const process = this.#process(`healthy-${connection.account}`, calm);
    const healthy = this.#asking(process, realm, Number.POSITIVE_INFINITY);
    const index = this.#connections.indexOf(connection);
    const manner = "uses" as const;
    const ask = { atMs: 0, connection: index, minValiditySeconds: 0, patienceMs: 25_000, manner };
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const outcomes: (VendingError | "vended")[] = [];
      void healthy(ask).then((end) => outcomes.push(end));
      await this.#time.runUntil(this.#time.now + 26_000);
      const [outcome] = outcomes;
      if (outcome === "vended") return null;
      if (!outcome) return "no answer";
      const { retryAfterSeconds, code } = outcome;
      if (code === "scope-conflict") return code;
      if (code === "consent-required") {
        void this.#consent(connection);
        await this.#time.runUntil(this.#time.now + 8000);
        continue;
      }
      if (retryAfterSeconds === null) return code;
      await this.#time.runUntil(this.#time.now + retryAfterSeconds * 1000);
    }
    return "still no token";
  }

  /** How a process's callers ask, and what they do with the answer. */
  #asking(
    process: SimulatedProcess,
    realm: number,
    startsAt: number,
  ): (ask: Ask) => Promise<VendingError | "vended"> {
    const deps = this.#dependenciesOf(process, realm, startsAt);
    const memory = new CredentialCache();
    const ask = async (
      { connection: index, minValiditySeconds, patienceMs, manner }: Ask,
      rejectedVersion: number | null = null,
    ): Promise<VendingError | "vended"> => {
      const connection = this.#connection(index ?? 0);
      const { invariants } = connection;
      const account = index === null ? "nobody" : connection.account;
      const request = { account, minValiditySeconds, rejectedVersion };
      let isAnswered = false;
      this.#time.after(patienceMs + 300, () => {
        if (!isAnswered) invariants.unanswered(process);
      });
      const call = deadline(process, patienceMs, "caller", 200);
      if (rejectedVersion !== null) invariants.reported.add(rejectedVersion);
      const outcome = await vendToken(deps, memory, request, call).catch((error) => error);
      isAnswered = true;
      if (!("token" in outcome)) {
        const error = this.#refused(process, connection, outcome);
        if (index === null) this.#requireUnknown(account, realm, error);
        else if (rejectedVersion === null && minValiditySeconds === 0)
          this.#requireServed(connection, patienceMs, process, error);
        return error;
      }
      const isDead = this.#vended(process, connection, outcome, minValiditySeconds);
      const complains = rejectedVersion === null && (isDead || manner === "complains");
      if (!complains) return "vended";
      this.#note(`${process.name} reports version ${outcome.version}`);
      const again = { atMs: 0, connection: index, minValiditySeconds: 0, patienceMs, manner };
      return ask(again, outcome.version);
    };
    return ask;
  }

  /** Nothing is written for an account that does not exist. */
  #requireUnknown(account: string, realm: number, { code }: VendingError): void {
    const pk = connectionOf(realmIds[realm] ?? realmIds[0], account);
    if (this.#table.items.has(pk)) this.#violations.push(`5.1: a row for ${pk}`);
    const known = ["unknown-connection", "secret-unavailable", "store-unavailable"];
    const expected = [...known, "consent-required", "renewal-in-progress"];
    if (!expected.includes(code)) this.#violations.push(`5.1: ${pk} is refused as ${code}`);
  }

  /** Where nothing fails, nobody is refused but for the provider's and the caller's own limits. */
  #requireServed(
    connection: SimulatedConnection,
    patienceMs: number,
    process: SimulatedProcess,
    { code }: VendingError,
  ): void {
    const { trouble, lifetimeMs } = this.#scenario;
    const isSlow = trouble.keyMs > 0 || lifetimeMs < 10_000;
    if (!trouble.isCalm || isSlow || patienceMs < 25_000) return;
    if (process === this.#circumstances.wrongClock) return;
    const own = ["consent-required", "contested", "validity-unavailable", "scope-conflict"];
    const isKeyReported = code === "credentials-rejected";
    if (!own.includes(code) && !isKeyReported) connection.invariants.refusedInCalm(code);
  }

  /** Whether the provider would refuse what was vended. */
  #vended(
    process: SimulatedProcess,
    { provider, invariants }: SimulatedConnection,
    credential: Credential,
    minValiditySeconds: number,
  ): boolean {
    const id = credential.token.expose();
    const token = provider.tokenOf(id);
    this.#vends += 1;
    this.#note(`${process.name} is vended ${id}, version ${credential.version}`);
    invariants.vended(process, credential, token, minValiditySeconds);
    return token?.revokedBy !== undefined;
  }

  #refused(
    process: SimulatedProcess,
    connection: SimulatedConnection,
    error: unknown,
  ): VendingError {
    if (!(error instanceof VendingError)) {
      connection.invariants.defect(error);
      return new VendingError("internal", "a defect");
    }
    this.#problems += 1;
    this.#note(`${process.name} is refused: ${error.code}`);
    if (error.code === "consent-required") {
      this.#time.after(this.#random() * 5000, () => void this.#consent(connection));
    }
    return error;
  }

  /** A person goes to the provider and comes back with a code, to a process of its own, which may be as unlucky. */
  async #consent(connection: SimulatedConnection): Promise<void> {
    const { id, grants, realm } = connection;
    const isByConsent = this.#policyOf(realm, 0).renewal === "by-consent";
    if (!isByConsent || connection.isPersonAtWork) return;
    connection.isPersonAtWork = true;
    this.#people += 1;
    const { providerFaults } = this.#scenario.trouble;
    const isUnlucky = this.#faultsOn && providerFaults > 0 && this.#random() < 0.3;
    const crashAtStep = isUnlucky ? 1 + Math.floor(this.#random() * 10) : null;
    const process = this.#process(`person-${this.#people}`, { ...calm, crashAtStep });
    this.#time.after(26_000, () => {
      connection.isPersonAtWork = false;
    });
    const deps = this.#dependenciesOf(process, realm, this.#time.now - this.#begun);
    const code = new Sensitive(grants.consent());
    this.#note(`${process.name} consents: ${code.expose()}`);
    const authority = { kind: "code", code, authorizationRequest: null } as const;
    const call = deadline(process, 25_000, "caller");
    await redeemCode(deps, id, authority, call).catch((error) => {
      this.#refused(process, connection, error);
    });
    connection.isPersonAtWork = false;
  }

  async #disconnect(connection: SimulatedConnection): Promise<void> {
    if (this.#policyOf(connection.realm, 0).renewal !== "by-consent") return;
    this.#people += 1;
    const fate = this.#scenario.trouble.fate(this.#random);
    const process = this.#process(`operator-${this.#people}`, fate);
    this.#note(`${process.name} disconnects ${connection.id}`);
    const deps = this.#dependenciesOf(process, connection.realm, this.#time.now - this.#begun);
    const call = deadline(process, 25_000, "caller");
    await disconnect(deps, connection.id, call).catch((error) => {
      this.#refused(process, connection, error);
    });
  }

  async #tick(realm: number): Promise<void> {
    this.#people += 1;
    const fate = this.#scenario.trouble.fate(this.#random);
    const process = this.#process(`tick-${this.#people}`, fate);
    const deps = this.#dependenciesOf(process, realm, this.#time.now - this.#begun);
    const index = dynamoDbRenewalIndex(this.#clientOf(process), "tokens");
    const call = deadline(process, 119_000, "schedule");
    const summary = await renewDue(deps, index, call).catch((error) => {
      this.#refused(process, this.#connection(0), error);
      return null;
    });
    if (summary) this.#note(`${process.name}: ${JSON.stringify(summary)}`);
  }

  #clientOf(process: SimulatedProcess) {
    const { tableFaults, hasZombies } = this.#scenario.trouble;
    const kinds: TableFault[] = ["unavailable", "answer-lost", "repeated"];
    if (hasZombies) kinds.push("late");
    const latencyMs = () => 2 + this.#random() * 8;
    return this.#table.clientOf(process, latencyMs, () =>
      this.#mishap<TableFault>(tableFaults, kinds, "none"),
    );
  }

  #dependenciesOf(process: SimulatedProcess, realm: number, startsAt: number): Dependencies {
    const { deadlineMs, trouble, connections } = this.#scenario;
    const random = this.#random;
    let owners = 0;
    const { clock, name } = process;
    const note = (event: string, fields: Readonly<Record<string, unknown>> = {}) => {
      this.#note(`${name}: ${event}`);
      this.#heard.logged(fields["fingerprint"]);
      if (event === "record-damaged") this.#of(fields["connection"] as Connection).foundDamage();
    };
    const log = { info: note, warn: note, error: note };
    const metrics = { record: () => {} };
    const accounts = connections.filter((of) => of.realm === realm).map(({ account }) => account);
    const port = (probability: number) => ({
      process,
      random,
      fails: () => this.#mishap(probability, [true], false),
    });
    const policy = this.#policyOf(realm, startsAt);
    const intact: Dependencies = {
      realm: realmIds[realm] ?? realmIds[0],
      limits: { deadlineMs, marginMs: 1000 },
      provider: {
        policy,
        presentation: { headerName: "Authorization", scheme: null },
        issuer: async () => this.#issuerOf(process, realm),
        consent: policy.renewal === "by-consent" ? async () => this.#flowOf(process, realm) : null,
      },
      store: dynamoDbTokenStore(
        this.#clientOf(process),
        "tokens",
        recordReader({ clock, log, metrics, process: name }),
      ),
      secrets: simulatedSecrets(
        port(trouble.secretFaults),
        new Set([...accounts, "default"]),
        () => this.#secretVersion,
      ),
      sealer: simulatedSealer(port(trouble.keyFaults), trouble.keyMs),
      ...{ clock, log, metrics, random },
      newOwner: () => {
        owners += 1;
        return `${name}.${owners}`;
      },
      fingerprint: (text) => text,
    };
    return this.#breakage.deps?.(intact) ?? intact;
  }

  /** A code or a refresh token names its account, and so does a secret. */
  #issuerOf(process: SimulatedProcess, realm: number): Issuer {
    const { providerFaults, actsLate } = this.#scenario.trouble;
    const kinds: ProviderFault[] = ["slow", "lost", "unreachable", "throttled", "failing"];
    kinds.push("malformed");
    if (actsLate) kinds.push("late");
    const nextFault = () => this.#mishap<ProviderFault>(providerFaults, kinds, "none");
    return {
      openGrant: (secret, authority) => {
        const [ofSecret = "", version = ""] = secret.expose().split(":");
        const used =
          authority?.kind === "code" ? authority.code.expose() : authority?.refreshToken.expose();
        const account = used?.split("@")[1] ?? ofSecret;
        const { id, provider } = this.#named(realm, account);
        provider.goodSecret = this.#goodSecret;
        const way = { process, connection: id, random: this.#random, nextFault };
        return provider.grantFor(way, version, authority);
      },
    };
  }

  #flowOf(process: SimulatedProcess, realm: number): ConsentFlow {
    const revoke: ConsentFlow["revoke"] = async (_, refreshToken, signal) => {
      await process.io(20 + this.#random() * 50, signal);
      const [, account = ""] = refreshToken.expose().split("@");
      this.#named(realm, account).grants.revoke(refreshToken.expose());
      return true;
    };
    return { revoke } as ConsentFlow;
  }

  #named(realm: number, account: string): SimulatedConnection {
    const named = this.#connections.find((of) => of.realm === realm && of.account === account);
    return named ?? this.#connection(0);
  }

  /** The provider has the new secret at once; Secrets Manager when somebody gets round to it. */
  #rotate(delayMs: number): void {
    this.#goodSecret = String(Number(this.#goodSecret) + 1);
    for (const { provider } of this.#connections) provider.goodSecret = this.#goodSecret;
    this.#note(`the provider rotates the secret to ${this.#goodSecret}`);
    this.#time.after(delayMs, () => {
      this.#secretVersion = this.#goodSecret;
      this.#note(`Secrets Manager holds secret ${this.#secretVersion}`);
    });
  }

  #mishap<T>(probability: number, kinds: readonly T[], otherwise: T): T {
    if (!this.#faultsOn || probability === 0 || this.#random() >= probability) return otherwise;
    this.#circumstances.hadMishap = true;
    const kind = kinds[Math.floor(this.#random() * kinds.length)] as T;
    this.#note(`mishap: ${kind}`);
    return kind;
  }

  #note(what: string): void {
    const seconds = ((this.#time.now - this.#begun) / 1000).toFixed(3);
    this.#timeline.push(`${seconds.padStart(9)}  ${what}`);
  }
}

function deadline(
  process: SimulatedProcess,
  forMs: number,
  onBehalfOf: Deadline["onBehalfOf"],
  graceMs = 0,
): Deadline {
  const signal = process.clock.timeout(forMs + graceMs, new AbortController().signal);
  return { at: plusMs(process.clock.now(), forMs), signal, onBehalfOf };
}
