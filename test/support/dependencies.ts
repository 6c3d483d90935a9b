import { createHash } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { disconnect } from "../../functions/consents/disconnect.ts";
import { redeemCode } from "../../functions/consents/redeem-code.ts";
import type { Clock } from "../../functions/model/clock.ts";
import { msBetween, plusMs } from "../../functions/model/clock.ts";
import type { Connection } from "../../functions/model/connection.ts";
import { connectionOf, realmName } from "../../functions/model/connection.ts";
import type {
  AskedConsent,
  ConsentFlow,
  ConsentResult,
  GrantCredential,
} from "../../functions/model/consent.ts";
import type { Credential, VendRequest } from "../../functions/model/credential.ts";
import type { Dependencies } from "../../functions/model/dependencies.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { Log } from "../../functions/model/log.ts";
import type { Measure, Metrics } from "../../functions/model/metrics.ts";
import type {
  Grant,
  Issued,
  Lifetime,
  NotIssued,
  RenewalPolicy,
} from "../../functions/model/provider.ts";
import type { RenewalIndex } from "../../functions/model/renewal-index.ts";
import type { Sealer } from "../../functions/model/sealer.ts";
import { Sensitive, unprintable } from "../../functions/model/sensitive.ts";
import type { Deadline } from "../../functions/model/time-limits.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import { jsonLog } from "../../functions/platform/json-log.ts";
import { localSealer } from "../../functions/sealing/local-sealer.ts";
import { dynamoDbRenewalIndex } from "../../functions/store/dynamodb-renewal-index.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { realmFreezeCache, recordReader } from "../../functions/store/record-reader.ts";
import { sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import { CredentialCache } from "../../functions/vending/credential-cache.ts";
import type { TickSummary } from "../../functions/vending/schedule/renew-due.ts";
import { renewDue } from "../../functions/vending/schedule/renew-due.ts";
import { vendToken } from "../../functions/vending/vend-token.ts";
import type { SimulatedProcess } from "../simulation/simulated-process.ts";
import type { TableFault } from "../simulation/simulated-table.ts";
import { at } from "./a-record.ts";
import { FixedClock } from "./fixed-clock.ts";
import { ReplayedTable } from "./replayed-table.ts";

const realm = { provider: "conferma", environment: "production" } as const;
const issueMs = 200;

const fiveMinutes: Lifetime = { kind: "stated", atLeastMs: 300_000, atMostMs: 300_000 };

const silence: Log = { info: () => {}, warn: () => {}, error: () => {} };

type Outcome = Issued | NotIssued;
type Item = Readonly<Record<string, AttributeValue>>;

interface TickChanges extends Partial<Pick<Dependencies, "store" | "clock" | "secrets">> {
  readonly index?: RenewalIndex;
  readonly memory?: Map<Connection, TokenRecord>;
  readonly forMs?: number;
}

/** A deployment whose processes share table, secrets and provider. At ten o'clock, without any token. */
export class TestDeployment {
  readonly clock = new FixedClock(at("10:00:00.000"));
  readonly table: ReplayedTable;
  readonly log: string[] = [];
  /** The recorded metrics, in order. */
  readonly measured: [Measure, number][] = [];
  /** The secrets by account, with their versions. */
  readonly secrets = new Map([["default", { text: "canary-secret", version: "s1" }]]);
  /** An outdated secret in a process's cache. */
  cachedSecret: { text: string; version: string } | null = null;
  /** The secret of each request to the provider. */
  readonly asked: string[] = [];
  /** The consent in every answer. */
  consented: ConsentResult | null = null;
  /** The code or refresh token of each request, and the key that it is bound to. */
  readonly authorities: string[] = [];
  readonly presentedKeys: (string | undefined)[] = [];
  /** The provider's answer to a revocation. May throw. */
  revoke: () => boolean | null = () => true;
  readonly revoked: string[] = [];
  readonly revokedKinds: string[] = [];
  /** The provider's outcome for a secret (default: a new token). */
  answer: (secret: string) => Outcome | Promise<Outcome> = () => this.issued();
  faults: TableFault[] = [];
  lifetime: Lifetime = fiveMinutes;
  callsProvider = true;
  marginMs = 1000;
  sealingKey = 7;
  /** How many times in a row each operation fails because no data key is to be had. */
  readonly keyFailures = { prepare: 0, seal: 0, open: 0 };
  readonly #policy: RenewalPolicy;
  #processes = 0;

  constructor(policy: RenewalPolicy) {
    this.#policy = policy;
    this.table = new ReplayedTable(() => this.clock.now(), policy);
  }

  issued(token = `canary-token-${this.asked.length}`, expiresAt: Date | null = null): Issued {
    const receivedAt = this.clock.now();
    const requestedAt = plusMs(receivedAt, -issueMs);
    const { lifetime } = this;
    return {
      kind: "issued",
      token: new Sensitive(token),
      lifetime,
      expiresAt,
      requestedAt,
      receivedAt,
      consent: this.consented,
    };
  }

  /** Completes a consent with a code. */
  consent(code?: string, asked?: AskedConsent, changes?: Partial<Dependencies>) {
    return this.consentOf("default", code, asked, changes);
  }

  consentOf(
    account: string,
    code = "code-1",
    asked: AskedConsent = {},
    changes: Partial<Dependencies> = {},
  ): Promise<TokenRecord> {
    const authority = {
      kind: "code",
      code: new Sensitive(code),
      authorizationRequest: null,
      asked,
    } as const;
    const call = this.#call("caller", 20_000);
    const deps = { ...this.dependencies(), ...changes };
    return redeemCode(deps, this.#connection(account), authority, call);
  }

  disconnect(): ReturnType<typeof disconnect> {
    const connection = this.#connection("default");
    return disconnect(this.dependencies(), connection, this.#call("caller", 20_000));
  }

  #call(onBehalfOf: Deadline["onBehalfOf"], forMs: number): Deadline {
    const msLeft = this.clock.countdown(forMs);
    return { msLeft, signal: new AbortController().signal, onBehalfOf };
  }

  /** Vends in a new process, with a deadline of ten seconds. */
  async vend(request: Partial<VendRequest> = {}, forMs = 10_000): Promise<Credential> {
    return this.process()(request, forMs);
  }

  /** Asks one process again, as the client does, when it is told to come back within `forMs`. */
  async vendPatiently(request: Partial<VendRequest> = {}, forMs = 60_000): Promise<Credential> {
    const msLeft = this.clock.countdown(forMs);
    const vend = this.process();
    for (;;) {
      try {
        return await vend(request, Math.min(msLeft(), 25_000));
      } catch (error) {
        const seconds = error instanceof VendingError ? error.retryAfterSeconds : null;
        if (seconds === null || seconds * 1000 > msLeft()) throw error;
        this.clock.advance(seconds * 1000);
      }
    }
  }

  /** A process with a credential cache. `changes` override its dependencies. */
  process(
    changes: Partial<Dependencies> = {},
    intact = this.dependencies(),
  ): (request?: Partial<VendRequest>, forMs?: number) => Promise<Credential> {
    const dependencies = { ...intact, ...changes };
    const cache = new CredentialCache(dependencies.clock);
    return async (request = {}, forMs = 10_000) => {
      const constraints = {
        account: "default",
        minValiditySeconds: 0,
        rejectedVersion: null,
        ...request,
      };
      const cached = cache.get(constraints, dependencies.clock.now());
      return cached ?? vendToken(dependencies, cache, constraints, this.#call("caller", forMs));
    };
  }

  /** A process whose clock is ahead by so many milliseconds (behind, if negative). */
  processAhead(ms: number, changes: Partial<Dependencies> = {}) {
    const { clock } = this;
    const wrong: Clock = {
      now: () => plusMs(clock.now(), ms),
      countdown: (leftMs) => clock.countdown(leftMs),
      sleep: (sleepMs, signal) => clock.sleep(sleepMs, signal),
      timeout: (timeoutMs, parent) => clock.timeout(timeoutMs, parent),
    };
    return this.process(changes, this.dependencies(wrong));
  }

  /** The error of a vend that fails. */
  async refusalOf(request: Partial<VendRequest> = {}, forMs = 10_000): Promise<VendingError> {
    const refusal = await this.vend(request, forMs).then(
      () => null,
      (error: unknown) => error,
    );
    if (refusal instanceof VendingError) return refusal;
    throw new Error("It is vended, or fails otherwise.", { cause: refusal });
  }

  /** The log's events of one kind. */
  logged(event: string): Record<string, unknown>[] {
    return this.log.map((line) => JSON.parse(line)).filter((line) => line.event === event);
  }

  record(account = "default"): Promise<TokenRecord | null> {
    const store = this.#store([], "spectator", silence, null);
    return store.read(this.#connection(account), new AbortController().signal);
  }

  #connection(account: string): Connection {
    return connectionOf(realm, account);
  }

  #store(
    faults: TableFault[],
    process: string,
    log: Log,
    metrics: Metrics | null,
    clock: Clock = this.clock,
  ) {
    const readRecord = recordReader({ clock, log, metrics, process });
    const aheadMs = msBetween(this.clock.now(), clock.now());
    return dynamoDbTokenStore(
      sdkItemTable(this.#client(faults, aheadMs), "tokens"),
      readRecord,
      realmFreezeCache(clock, log),
    );
  }

  #jsonLog(): Log {
    const now = () => this.clock.now();
    return jsonLog((line) => this.log.push(line), now);
  }

  #client(faults: TableFault[], aheadMs = 0) {
    const askAws = async <T>(_: number, act: () => T) => {
      await null;
      const answer = act();
      await null;
      return answer;
    };
    const process = { io: async () => {}, askAws, aheadMs } as unknown as SimulatedProcess;
    return this.table.clientOf(
      process,
      () => 0,
      () => faults.shift() ?? "none",
    );
  }

  /** The index of due connections, computed from the records. Pruning uses the real implementation. */
  index(): RenewalIndex {
    const { items } = this.table;
    const instantOf = (item: Item, name: string) => new Date(Number(item[name]?.N));
    return {
      prune: dynamoDbRenewalIndex(this.#client([]), "tokens").prune,
      async *due(ofRealm, before) {
        const due = [...items]
          .filter(([, item]) => item["dueRealm"]?.S === realmName(ofRealm))
          .map(([pk, item]) => ({
            connection: pk as Connection,
            dueAt: instantOf(item, "dueAt"),
            dueUntil: instantOf(item, "dueUntil"),
          }))
          .filter(({ dueAt }) => dueAt < before);
        yield* due.toSorted((a, b) => Number(a.dueAt) - Number(b.dueAt));
      },
    };
  }

  /** A scheduled run in a new process, with the renewing function's timeout. */
  tick({
    index = this.index(),
    memory = new Map(),
    forMs = 119_000,
    ...changes
  }: TickChanges = {}): Promise<TickSummary> {
    const dependencies = { ...this.dependencies(), ...changes };
    return renewDue(dependencies, index, memory, this.#call("schedule", forMs));
  }

  /** The dependencies of a new process. */
  dependencies(clock: Clock = this.clock): Dependencies {
    const { secrets, measured } = this;
    const log = this.#jsonLog();
    const metrics: Metrics = { record: (measure, value) => measured.push([measure, value]) };
    let owners = 0;
    this.#processes += 1;
    const name = `process-${this.#processes}`;
    return {
      realm,
      limits: { deadlineMs: 5000, marginMs: this.marginMs },
      provider: {
        policy: this.#policy,
        presentation: { headerName: "Authorization", scheme: "Bearer" },
        issuer: async () => ({
          openGrant: (secret, authority) => this.#grant(secret.expose(), authority, clock),
        }),
        consent: this.#policy.renewal === "by-consent" ? async () => this.#flow() : null,
      },
      store: this.#store(this.faults, name, log, metrics, clock),
      secrets: {
        read: async (account, maxAgeMs) => {
          const secret =
            maxAgeMs > 0 ? (this.cachedSecret ?? secrets.get(account)) : secrets.get(account);
          if (maxAgeMs === 0) this.cachedSecret = null;
          if (!secret) throw new VendingError("unknown-connection", "There is no such secret.");
          return { text: new Sensitive(secret.text), version: secret.version };
        },
      },
      sealer: this.#sealer(),
      clock,
      log,
      metrics,
      random: () => 0.5,
      processName: name,
      newOwner: () => {
        owners += 1;
        return `${name}.${owners}`;
      },
      fingerprint: (text) => createHash("sha256").update(text).digest("hex").slice(0, 12),
    };
  }

  #sealer(): Sealer {
    const { keyFailures } = this;
    const sealer = localSealer(new Sensitive(new Uint8Array(32).fill(this.sealingKey)));
    const withKey = (use: keyof typeof keyFailures) => {
      if (keyFailures[use] === 0) return sealer;
      keyFailures[use] -= 1;
      throw new VendingError("store-unavailable", "KMS did not answer (made up).", 1);
    };
    return {
      prepare: async (...args) => withKey("prepare").prepare(...args),
      seal: async (...args) => withKey("seal").seal(...args),
      open: async (...args) => withKey("open").open(...args),
    };
  }

  #flow(): ConsentFlow {
    return {
      displayName: null,
      scopeWords: {},
      scopes: [],
      hasCodesToCopy: false,
      tellsPerson: true,
      tellsCustomer: true,
      origin: "https://provider.example",
      checkSecret: () => {},
      authorizeUrl: () => Promise.reject(new Error("Nobody is sent anywhere here.")),
      readAuthorizationResponse: () => ({ kind: "mismatch" }),
      revoke: async (_secret, { kind, token }) => {
        this.revoked.push(token.expose());
        this.revokedKinds.push(kind);
        const isRevoked = this.revoke();
        return isRevoked === null ? null : { isRevoked, answer: "answered (made up)" };
      },
    };
  }

  #grant(secret: string, authority: GrantCredential | null, clock: Clock) {
    if (secret === "") throw new VendingError("secret-malformed", "clientId: is missing.");
    const { callsProvider } = this;
    return unprintable<Grant>({
      revocationScope: callsProvider ? `platform of ${secret}` : null,
      callsProvider,
      issue: async () => {
        if (authority) this.authorities.push(secretOf(authority));
        this.presentedKeys.push(Object(authority).proofKey?.expose());
        if (callsProvider) {
          this.asked.push(secret);
          this.clock.advance(issueMs);
        }
        return dated(await this.answer(secret), msBetween(this.clock.now(), clock.now()));
      },
    });
  }
}

/** The same answer by the clock of the process that asked. */
function dated(answer: Outcome, aheadMs: number): Outcome {
  if (answer.kind !== "issued" || aheadMs === 0) return answer;
  const requestedAt = plusMs(answer.requestedAt, aheadMs);
  return { ...answer, requestedAt, receivedAt: plusMs(answer.receivedAt, aheadMs) };
}

function secretOf(authority: GrantCredential): string {
  return authority.kind === "code" ? authority.code.expose() : authority.refreshToken.expose();
}
