import { redeemCode } from "../../functions/consents/redeem-code.ts";
import { plusMs } from "../../functions/model/clock.ts";
import type { Connection } from "../../functions/model/connection.ts";
import type { Credential } from "../../functions/model/credential.ts";
import type { Dependencies } from "../../functions/model/dependencies.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { SealedAs, Sealer } from "../../functions/model/sealer.ts";
import type { SecretSource } from "../../functions/model/secret-source.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { readRecord, recordReader } from "../../functions/store/read-record.ts";
import { CredentialCache } from "../../functions/vending/credential-cache.ts";
import { vendToken } from "../../functions/vending/vend-token.ts";
import type { Breakage } from "../support/breakage.ts";
import { brokenCommand } from "../support/breakage.ts";
import { Invariants } from "./invariants.ts";
import type { Ask, Scenario } from "./scenario.ts";
import { scenarioOf } from "./scenario.ts";
import { SimulatedGrants } from "./simulated-grants.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import type { ProviderFault } from "./simulated-provider.ts";
import { SimulatedProvider } from "./simulated-provider.ts";
import type { TableFault } from "./simulated-table.ts";
import { SimulatedTable } from "./simulated-table.ts";
import { seededRandom, VirtualTime } from "./virtual-time.ts";

const connection = "conferma/simulated/default" as Connection;
const calm = { crashAtStep: null, pauseAtStep: null, pauseMs: 0 };

/** What one seed came to; the same seed gives the same result, to the letter. */
export interface Run {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly vends: number;
  readonly problems: number;
  readonly calls: number;
  readonly timeline: readonly string[];
}

export async function runSeed(seed: number, breakage: Breakage = {}): Promise<Run> {
  const world = new SimulatedWorld(seed, breakage);
  await world.play();
  return world.result();
}

class SimulatedWorld {
  readonly #seed: number;
  readonly #random: () => number;
  readonly #time = new VirtualTime();
  readonly #begun = this.#time.now;
  readonly #scenario: Scenario;
  readonly #table = new SimulatedTable();
  readonly #grants: SimulatedGrants;
  readonly #provider: SimulatedProvider;
  readonly #invariants: Invariants;
  readonly #breakage: Breakage;
  readonly #timeline: string[] = [];
  #secretVersion = "1";
  #faultsOn = true;
  #people = 0;
  #isPersonAtWork = false;
  #vends = 0;
  #problems = 0;

  constructor(seed: number, breakage: Breakage) {
    this.#seed = seed;
    this.#breakage = breakage;
    this.#random = seededRandom(seed);
    this.#scenario = scenarioOf(this.#random);
    const { policy, grants, lifetimeMs, deadlineMs } = this.#scenario;
    this.#grants = new SimulatedGrants(this.#time, grants);
    this.#invariants = new Invariants(this.#time, policy, this.#grants, () => this.#current());
    const nature = [policy, lifetimeMs, deadlineMs] as const;
    this.#provider = new SimulatedProvider(this.#time, this.#grants, ...nature, {
      callBegins: (call) => {
        this.#invariants.callBegins(call);
        const uses = call.uses === null ? "" : ` with ${call.uses}`;
        this.#note(`${call.process.name} calls the provider${uses}`);
      },
      callEnds: (call, result) => this.#invariants.callEnds(call, result),
      tokenDies: (token, call) => {
        this.#note(`${token.id} dies`);
        this.#invariants.tokenDies(token, call);
      },
    });
    this.#table.rewrite = (command) => brokenCommand(breakage, command);
    this.#table.onWrite = (pk, item) => {
      if (pk === connection) this.#invariants.recordWritten(readRecord({ ...item }));
    };
  }

  async play(): Promise<void> {
    const { processes, horizonMs } = this.#scenario;
    for (const [index, script] of processes.entries()) {
      const process = new SimulatedProcess(`p${index}`, this.#time, script.skewMs, script.fate);
      if (script.fate.crashAtStep !== null || script.fate.pauseAtStep !== null) {
        this.#invariants.hadMishap = true;
      }
      const { stepsTo } = script;
      if (stepsTo) {
        this.#time.after(stepsTo.atMs, () => {
          process.skewMs = stepsTo.skewMs;
        });
      }
      const asking = this.#asking(process);
      for (const ask of script.asks) this.#time.after(ask.atMs, () => void asking(ask));
    }
    this.#playOthers();
    await this.#time.runUntil(this.#begun + horizonMs + 60_000);
    await this.#heal();
  }

  /** What people, the provider and other issuers do of their own accord. */
  #playOthers(): void {
    const { consentsAt, rotations, foreignIssuesAt } = this.#scenario;
    for (const at of consentsAt) this.#time.after(at, () => void this.#consent());
    for (const { atMs, delayMs } of rotations) {
      this.#time.after(atMs, () => this.#rotate(delayMs));
    }
    for (const at of foreignIssuesAt) {
      this.#time.after(at, () => {
        this.#note("someone else issues");
        this.#provider.issueForeign();
      });
    }
  }

  result(): Run {
    return {
      seed: this.#seed,
      violations: this.#invariants.violations.map(({ message }) => message),
      vends: this.#vends,
      problems: this.#problems,
      calls: this.#invariants.calls,
      timeline: this.#timeline,
    };
  }

  /** Once nothing fails any more, a new process gets a token: after what it is told to wait for, and no later. */
  async #heal(): Promise<void> {
    this.#faultsOn = false;
    // A key that was reported stays refused until there is another: the one thing that heals only by a person.
    if (this.#scenario.policy.renewal === "on-rotation") this.#rotate(0);
    const healthy = this.#asking(new SimulatedProcess("healthy", this.#time, 0, calm));
    const ask: Ask = { atMs: 0, minValiditySeconds: 0, patienceMs: 25_000, manner: "uses" };
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const outcomes: (VendingError | "vended")[] = [];
      void healthy(ask).then((end) => outcomes.push(end));
      await this.#time.runUntil(this.#time.now + 26_000);
      const [outcome] = outcomes;
      if (outcome === "vended") return;
      if (!outcome) return this.#invariants.notHealed("no answer");
      const { retryAfterSeconds, code } = outcome;
      if (code === "consent-required") {
        void this.#consent();
        await this.#time.runUntil(this.#time.now + 8000);
        continue;
      }
      if (retryAfterSeconds === null) return this.#invariants.notHealed(code);
      await this.#time.runUntil(this.#time.now + retryAfterSeconds * 1000);
    }
    this.#invariants.notHealed("still no token");
  }

  /** How a process's callers ask, and what they do with the answer. */
  #asking(process: SimulatedProcess): (ask: Ask) => Promise<VendingError | "vended"> {
    const intact = this.#dependenciesOf(process);
    const deps = this.#breakage.deps?.(intact) ?? intact;
    const memory = new CredentialCache();
    const ask = async (
      { minValiditySeconds, patienceMs, manner }: Ask,
      rejectedVersion: number | null = null,
    ): Promise<VendingError | "vended"> => {
      const request = { account: "default", minValiditySeconds, rejectedVersion };
      let isAnswered = false;
      this.#time.after(patienceMs + 300, () => {
        if (!isAnswered) this.#invariants.unanswered(process);
      });
      const signal = process.clock.timeout(patienceMs + 200, new AbortController().signal);
      const at = plusMs(process.clock.now(), patienceMs);
      const call = { at, signal, onBehalfOf: "caller" } as const;
      if (rejectedVersion !== null) this.#invariants.reported.add(rejectedVersion);
      const outcome = await vendToken(deps, memory, request, call).catch((error) => error);
      isAnswered = true;
      if (!("token" in outcome)) return this.#refused(process, outcome);
      const isDead = this.#vended(process, outcome, minValiditySeconds);
      const complains = rejectedVersion === null && (isDead || manner === "complains");
      if (!complains) return "vended";
      this.#note(`${process.name} reports version ${outcome.version}`);
      return ask({ atMs: 0, minValiditySeconds: 0, patienceMs, manner }, outcome.version);
    };
    return ask;
  }

  /** Whether the provider would refuse what was vended. */
  #vended(process: SimulatedProcess, credential: Credential, minValiditySeconds: number): boolean {
    const id = credential.token.expose();
    const token = this.#provider.tokenOf(id);
    this.#vends += 1;
    this.#note(`${process.name} is vended ${id}, version ${credential.version}`);
    this.#invariants.vended(process, credential, token, minValiditySeconds);
    return token?.revokedBy !== undefined;
  }

  #refused(process: SimulatedProcess, error: unknown): VendingError {
    if (!(error instanceof VendingError)) {
      this.#invariants.defect(error);
      return new VendingError("internal", "a defect");
    }
    this.#problems += 1;
    this.#note(`${process.name} is refused: ${error.code}`);
    if (error.code === "consent-required") {
      this.#time.after(this.#random() * 5000, () => void this.#consent());
    }
    return error;
  }

  /** A person goes to the provider and comes back with a code, to a process of its own, which may be as unlucky. */
  async #consent(): Promise<void> {
    if (this.#scenario.policy.renewal !== "by-consent" || this.#isPersonAtWork) return;
    this.#isPersonAtWork = true;
    this.#people += 1;
    const isUnlucky = this.#faultsOn && this.#scenario.providerFaults > 0 && this.#random() < 0.3;
    const crashAtStep = isUnlucky ? 1 + Math.floor(this.#random() * 10) : null;
    if (isUnlucky) this.#invariants.hadMishap = true;
    const fate = { ...calm, crashAtStep };
    const process = new SimulatedProcess(`person-${this.#people}`, this.#time, 0, fate);
    this.#time.after(26_000, () => {
      this.#isPersonAtWork = false;
    });
    const intact = this.#dependenciesOf(process);
    const deps = this.#breakage.deps?.(intact) ?? intact;
    const code = new Sensitive(this.#grants.consent());
    this.#note(`${process.name} consents: ${code.expose()}`);
    const signal = process.clock.timeout(25_000, new AbortController().signal);
    const at = plusMs(process.clock.now(), 25_000);
    const call = { at, signal, onBehalfOf: "caller" } as const;
    const authority = { kind: "code", code, authorizationRequest: null } as const;
    await redeemCode(deps, connection, authority, call).catch((error) => {
      this.#refused(process, error);
    });
    this.#isPersonAtWork = false;
  }

  #dependenciesOf(process: SimulatedProcess): Dependencies {
    const { policy, deadlineMs, tableFaults, providerFaults } = this.#scenario;
    const random = this.#random;
    let owners = 0;
    const client = this.#table.clientOf(
      process,
      () => 2 + random() * 8,
      () =>
        this.#mishap<TableFault>(tableFaults, ["unavailable", "answer-lost", "repeated"], "none"),
    );
    const faults: ProviderFault[] = [
      "slow",
      "lost",
      "unreachable",
      "throttled",
      "failing",
      "malformed",
    ];
    const issuer = this.#provider.issuerFor(process, random, () =>
      this.#mishap<ProviderFault>(providerFaults, faults, "none"),
    );
    const note = (event: string) => {
      this.#note(`${process.name}: ${event}`);
      if (event === "record-damaged") this.#invariants.foundDamage();
    };
    const { clock, name } = process;
    const log = { info: note, warn: note, error: note };
    const metrics = { record: () => {} };
    const readRecord = recordReader({ clock, log, metrics, process: name });
    return {
      realm: { provider: "conferma", environment: "simulated" },
      limits: { deadlineMs, marginMs: 1000 },
      provider: {
        policy,
        presentation: { headerName: "Authorization", scheme: null },
        issuer: async () => issuer,
        consent: policy.renewal === "by-consent" ? nobodyHere : null,
      },
      store: dynamoDbTokenStore(client, "tokens", readRecord),
      secrets: this.#secretsOf(process),
      sealer: this.#sealerOf(process),
      clock,
      log,
      metrics,
      random,
      newOwner: () => {
        owners += 1;
        return `${name}.${owners}`;
      },
      fingerprint: (text) => text,
    };
  }

  #sealerOf(process: SimulatedProcess): Sealer {
    const { keyMs } = this.#scenario;
    const fetchKey = async (signal: AbortSignal) => {
      if (keyMs === 0 || this.#random() < 0.5) return;
      await process.io(this.#random() * keyMs, signal).catch(() => {
        throw new VendingError("store-unavailable", "simulated", 1);
      });
    };
    return {
      prepare: (_, signal) => fetchKey(signal),
      seal: async (token, as, signal) => {
        await fetchKey(signal);
        return Buffer.from(`${boundTo(as)} ${token.expose()}`);
      },
      open: async (sealed, as, signal) => {
        await fetchKey(signal);
        const [bound, token = ""] = Buffer.from(sealed).toString().split(" ");
        return bound === boundTo(as) ? new Sensitive(token) : null;
      },
    };
  }

  #secretsOf(process: SimulatedProcess): SecretSource {
    let cached: { version: string; readAt: number } | null = null;
    return {
      read: async (_, maxAgeMs, signal) => {
        const now = process.clock.now().getTime();
        if (!cached || now - cached.readAt >= maxAgeMs) {
          const fails = this.#mishap(this.#scenario.secretFaults, [true], false);
          const unavailable = () => new VendingError("secret-unavailable", "simulated", 1);
          await process.io(5 + this.#random() * 20, signal).catch(() => {
            throw unavailable();
          });
          if (fails) throw unavailable();
          cached = { version: this.#secretVersion, readAt: now };
        }
        return { text: new Sensitive(cached.version), version: cached.version };
      },
    };
  }

  /** The provider has the new secret at once; Secrets Manager when somebody gets round to it. */
  #rotate(delayMs: number): void {
    const next = String(Number(this.#provider.goodSecret) + 1);
    this.#provider.goodSecret = next;
    this.#note(`the provider rotates the secret to ${next}`);
    this.#time.after(delayMs, () => {
      this.#secretVersion = this.#provider.goodSecret;
      this.#note(`Secrets Manager holds secret ${this.#secretVersion}`);
    });
  }

  #mishap<T>(probability: number, kinds: readonly T[], otherwise: T): T {
    if (!this.#faultsOn || probability === 0 || this.#random() >= probability) return otherwise;
    this.#invariants.hadMishap = true;
    const kind = kinds[Math.floor(this.#random() * kinds.length)] as T;
    this.#note(`mishap: ${kind}`);
    return kind;
  }

  #current() {
    const item = this.#table.items.get(connection);
    return item ? readRecord({ ...item }) : null;
  }

  #note(what: string): void {
    const seconds = ((this.#time.now - this.#begun) / 1000).toFixed(3);
    this.#timeline.push(`${seconds.padStart(9)}  ${what}`);
  }
}

function boundTo({ connection: of, version, kind }: SealedAs): string {
  return `${of}#${version}#${kind}`;
}

function nobodyHere(): never {
  throw new Error("The protocol sends nobody anywhere: that is the pages' part.");
}
