import { onTestFinished } from "vitest";
import type { JournalEntry } from "../../local/simulators/kit/journal.ts";
import type { VendPayload, VendResult } from "../../local/vend-client.ts";
import { isVendAnswer } from "../../local/vend-client.ts";
import type { Evidence, ObservedVend } from "./check-protocol.ts";
import { checkProtocol } from "./check-protocol.ts";
import { expectProblem } from "./stack-answers.ts";
import type { FaultyProxy, ProxiedRequest, StoppedRequest } from "./stack-faulty-proxy.ts";
import { startFaultyProxy } from "./stack-faulty-proxy.ts";
import type { ConfermaWorld } from "./stack-realms.ts";
import { confermaWorld } from "./stack-realms.ts";
import type { VendProcess } from "./vend-process.ts";
import type { TableUse } from "./write-history.ts";
import { tableUseOf } from "./write-history.ts";

/** A request during a renewal, and whether it is stopped before it takes effect or before its answer arrives. */
export interface InterruptionPoint {
  readonly of: Exclude<TableUse, "other"> | "secret" | "data-key" | "token";
  readonly when: "before" | "after";
}

/** Conferma, with proxies that can stop any request between the processes and their backends. */
export interface FaultWorld extends ConfermaWorld {
  readonly table: FaultyProxy;
  readonly provider: FaultyProxy;
  /** Starts a process behind the proxies. With `direct` its requests to the provider bypass them. */
  start(way?: "direct"): Promise<VendProcess>;
  /** Vends, and records the answer for `check`. */
  vend(process: VendProcess, payload?: VendPayload, remainingMs?: number): Promise<VendResult>;
  stopAt(at: InterruptionPoint, account: string): StoppedRequest;
  /** Vends up to there; again if a busy machine leaves a caller too little time to get there. */
  vendUpTo(
    at: InterruptionPoint,
    process: VendProcess,
    payload?: VendPayload,
    remainingMs?: number,
  ): Promise<{ stop: StoppedRequest; vending: Promise<VendResult> }>;
  /** The process that sent a request. */
  senderOf(passing: ProxiedRequest): VendProcess | undefined;
  account(name: string): Promise<void>;
  /** The issues for an account, from the provider's journal. */
  journalOf(account: string): readonly JournalEntry[];
  issuesOf(account: string): number;
  /** Everything that is known of an account's connection. */
  evidence(account: string): Evidence;
  /** The promises that were broken, over all connections. */
  check(): string[];
}

export async function faultWorld(options: {
  lifetimeMs?: number;
  deadlineMs?: number;
}): Promise<FaultWorld> {
  const world = await confermaWorld(options);
  const { stack, simulator } = world;
  const [table, secrets, keys, provider] = await Promise.all([
    startFaultyProxy(stack.dynamoDb.url, { inTurn: true }),
    startFaultyProxy(stack.secretsManager.url),
    startFaultyProxy(stack.kms.url),
    startFaultyProxy(simulator.url),
  ]);
  onTestFinished(async () => {
    await Promise.all([table, secrets, keys, provider].map((proxy) => proxy.stop()));
  });
  const scopes = new Map([["default", world.secret.platformKey]]);
  const started = new Map<string, VendProcess | null>();
  const vended = new Map<string, ObservedVend[]>();
  const variables = {
    ...stack.kmsKey,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_KMS: keys.url,
  };
  const realm = { ...world.realm, tokenUrl: `${provider.url}/token` };
  const connectionOf = (account: string) => `conferma/test/${account}`;

  function proxyOf({ of }: InterruptionPoint): FaultyProxy {
    if (of === "token") return provider;
    if (of === "secret") return secrets;
    return of === "data-key" ? keys : table;
  }

  const journalOf = (account: string) =>
    simulator.journal.filter(
      ({ kind, revocationScope, foreign }) =>
        kind === "issue" && !foreign && revocationScope === scopes.get(account),
    );

  function evidence(account: string): Evidence {
    const scope = scopes.get(account) ?? "";
    return {
      connection: connectionOf(account),
      revocationScope: scope,
      journal: simulator.journal,
      tablePassed: table.passed,
      calls: provider.passed.filter(({ body }) => body.includes(`scope=${scope}`)),
      events: stack.events(),
      vended: vended.get(account) ?? [],
    };
  }

  function isThere({ of }: InterruptionPoint, account: string, passing: ProxiedRequest): boolean {
    const { operation, body } = passing;
    switch (of) {
      case "token":
        return body.includes(`scope=${scopes.get(account)}`);
      case "secret":
        return body.includes(`/${account}"`);
      case "data-key":
        return operation === "GenerateDataKey" && body.includes(`/${account}"`);
      default:
        return tableUseOf(passing) === of && body.includes(`"${connectionOf(account)}"`);
    }
  }

  const stopAt: FaultWorld["stopAt"] = (at, account) =>
    proxyOf(at).hold((passing) => isThere(at, account, passing), at.when);

  async function vend(process: VendProcess, payload: VendPayload = {}, remainingMs = 10_000) {
    const askedAt = Date.now();
    const answer = await process.vend(payload, remainingMs);
    const seen = vended.get(payload.account ?? "default") ?? [];
    if (isVendAnswer(answer))
      vended.set(payload.account ?? "default", [...seen, { askedAt, answer }]);
    return answer;
  }

  return {
    ...world,
    table,
    provider,
    async start(way) {
      const AWS_ACCESS_KEY_ID = `process-${started.size}`;
      started.set(AWS_ACCESS_KEY_ID, null);
      const settings = way === "direct" ? world.realm : realm;
      const process = await stack.start(settings, { ...variables, AWS_ACCESS_KEY_ID });
      started.set(AWS_ACCESS_KEY_ID, process);
      return process;
    },
    senderOf: ({ caller }) => started.get(caller) ?? undefined,
    vend,
    stopAt,
    async vendUpTo(at, process, payload = {}, remainingMs) {
      const stop = stopAt(at, payload.account ?? "default");
      for (;;) {
        const vending = vend(process, payload, remainingMs);
        const early = await Promise.race([stop.arrived.then(() => null), vending]);
        if (!early) return { stop, vending };
        expectProblem(early);
      }
    },
    async account(name) {
      const { platformKey } = await world.addAccount(name);
      scopes.set(name, platformKey);
    },
    journalOf,
    issuesOf: (account) => journalOf(account).length,
    evidence,
    check: () => [...scopes.keys()].flatMap((account) => checkProtocol(evidence(account))),
  };
}
