import { createHash } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Context } from "aws-lambda";
import { siteOf } from "../../functions/compose-consents.ts";
import { beginConsent, linkLifetimeMs } from "../../functions/consents/begin-consent.ts";
import { completePastedCode } from "../../functions/consents/complete-pasted-code.ts";
import type { ConsentDependencies } from "../../functions/consents/consent-dependencies.ts";
import { disconnect } from "../../functions/consents/disconnect.ts";
import { beginConsentEndpoint } from "../../functions/http/begin-consent-endpoint.ts";
import { completeConsentEndpoint } from "../../functions/http/complete-consent-endpoint.ts";
import { renewEndpoint } from "../../functions/http/renew-endpoint.ts";
import { statusEndpoint } from "../../functions/http/status-endpoint.ts";
import { vendEndpoint } from "../../functions/http/vend-endpoint.ts";
import type { Connection } from "../../functions/model/connection.ts";
import type { Dependencies } from "../../functions/model/dependencies.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { EmfMetrics } from "../../functions/platform/emf-metrics.ts";
import { emfMetrics, flushMetricsAfter } from "../../functions/platform/emf-metrics.ts";
import type { SendHttp } from "../../functions/platform/http-request.ts";
import { jsonLog } from "../../functions/platform/json-log.ts";
import { nodeBrowserSecrets } from "../../functions/platform/node-browser-secrets.ts";
import type { RealmSettings } from "../../functions/providers/catalogue.ts";
import {
  providerOf,
  readRealm,
  readRealmSummaries,
  summarizeRealm,
} from "../../functions/providers/catalogue.ts";
import { proofSigner } from "../../functions/providers/oauth/proof-of-possession.ts";
import { localSealer } from "../../functions/sealing/local-sealer.ts";
import { dynamoDbPendingConsents } from "../../functions/store/dynamodb-pending-consents.ts";
import { dynamoDbRenewalIndex } from "../../functions/store/dynamodb-renewal-index.ts";
import { dynamoDbStatusReader } from "../../functions/store/dynamodb-status-reader.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { readFreeze } from "../../functions/store/read-record.ts";
import { realmFreezeCache, recordReader } from "../../functions/store/record-reader.ts";
import { sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import { listConnections } from "../../functions/vending/list-connections.ts";
import { processVending } from "../../functions/vending/process-vending.ts";
import { renewDue } from "../../functions/vending/schedule/renew-due.ts";
import { aRequester } from "../support/a-page-view.ts";
import { aContext } from "../support/a-proxy-event.ts";
import { at } from "../support/a-record.ts";
import { MemoryTable } from "../support/memory-table.ts";
import { FuzzClock } from "./fuzz-clock.ts";
import { honestProvider } from "./honest-provider.ts";
import type { FuzzRealm } from "./realms.ts";
import { isBound } from "./realms.ts";
import type { Recorder } from "./recorder.ts";

const tableName = "Tokens";
const newRequestId = () => "00000000-0000-4000-8000-000000000001";

export type InvokedFunction =
  | "vend-token"
  | "renew-tokens"
  | "begin-consent"
  | "complete-consent"
  | "list-connections";

type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** A deployed realm, with all its functions in one process; composed as in functions/, at ten o'clock. */
export class FuzzWorld {
  readonly clock = new FuzzClock(at("10:00:00.000"));
  readonly table = new MemoryTable();
  readonly realm: RealmSettings;
  readonly recorder: Recorder;
  readonly consents: ConsentDependencies | null;
  /** The text of every secret. */
  secret: string;
  /** The provider. Until a border replaces it, it is honest. */
  send: SendHttp;
  /** The nonce that the honest provider puts into its next ID token. */
  nonce: string | null = null;
  readonly #deps: Dependencies;
  readonly #metrics: EmfMetrics;
  readonly #client: DynamoDBClient;
  readonly #handlers = new Map<InvokedFunction, Handler>();

  private constructor({ settings, secret }: FuzzRealm, recorder: Recorder) {
    this.recorder = recorder;
    this.realm = readRealm(JSON.stringify(settings));
    this.secret = JSON.stringify(secret);
    this.send = honestProvider(settings, this.clock, () => this.nonce);
    this.#client = clientOf(this.table);
    const write = (line: string) => void recorder.log.push(line);
    this.#metrics = emfMetrics(write, () => this.clock.now(), "fuzz");
    this.#deps = this.#dependencies(write);
    this.consents = this.#consentDependencies();
  }

  /** Plays in a world of its own, which ends with it. */
  static async play(
    realm: FuzzRealm,
    recorder: Recorder,
    act: (world: FuzzWorld) => Promise<void>,
  ): Promise<void> {
    const world = new FuzzWorld(realm, recorder);
    try {
      await act(world);
    } finally {
      world.clock.stop();
    }
  }

  /** What a caller asks `vend-token` for: where tokens are bound to a key, with a proof for its own request. */
  get vendRequest(): { readonly account: string; readonly proofFor?: string } {
    const account = this.consents ? "jo" : "default";
    return {
      account,
      ...(isBound(this.realm) && { proofFor: "GET https://api.example/accounts" }),
    };
  }

  /** Invokes a function, as Lambda does; its answer is recorded. */
  invoke(name: InvokedFunction, event: unknown): Promise<unknown> {
    const handler = this.#handlers.get(name) ?? this.#handlerOf(name);
    this.#handlers.set(name, handler);
    return this.recorder.record(handler(event, aContext()));
  }

  #handlerOf(name: InvokedFunction): Handler {
    switch (name) {
      case "vend-token":
        return this.#vend();
      case "renew-tokens":
        return this.#renew();
      case "list-connections":
        return this.#list();
      case "begin-consent":
      case "complete-consent":
        return this.#consent(name);
    }
  }

  #vend(): Handler {
    const { realm, clock } = this;
    const { log, processName } = this.#deps;
    const endpoint = vendEndpoint({
      ...{ realm, clock, metrics: this.#metrics, log, processName },
      extraHeaders: realm.extraHeaders,
      attributeHeaders: "attributeHeaders" in realm ? realm.attributeHeaders : undefined,
      proofs: async () => proofSigner({ clock, newRequestId }),
      ...processVending(this.#deps),
    });
    return flushMetricsAfter(endpoint, this.#metrics);
  }

  #renew(): Handler {
    const index = dynamoDbRenewalIndex(this.#client, tableName);
    const memory = new Map<Connection, TokenRecord>();
    const renew: Parameters<typeof renewEndpoint>[0]["renew"] = (deadline) =>
      renewDue(this.#deps, index, memory, deadline);
    return flushMetricsAfter(renewEndpoint({ clock: this.clock, renew }), this.#metrics);
  }

  #list(): Handler {
    const { clock } = this;
    const { log, fingerprint } = this.#deps;
    const realms = readRealmSummaries(JSON.stringify([summarizeRealm(this.realm)]));
    const readRecord = recordReader({ clock, log, metrics: null, process: "" });
    const reader = dynamoDbStatusReader(this.#client, tableName, clock, readRecord, readFreeze);
    const list: Parameters<typeof statusEndpoint>[0]["list"] = (request, signal) =>
      listConnections({ realms, reader, clock }, request, signal);
    const metrics = this.#metrics;
    const endpoint = statusEndpoint({ clock, log, metrics, fingerprint, list });
    return flushMetricsAfter(endpoint, metrics);
  }

  #consent(name: "begin-consent" | "complete-consent"): Handler {
    const deps = this.consents;
    if (!deps) throw new TypeError("This realm's provider needs no consent.");
    const site = siteOf(deps, aRequester());
    const endpoint =
      name === "begin-consent"
        ? beginConsentEndpoint({ ...site, begin: (...args) => beginConsent(deps, ...args) })
        : completeConsentEndpoint({
            ...site,
            completePasted: (...args) => completePastedCode(deps, ...args),
            disconnect: (...args) => disconnect(deps, ...args),
          });
    return flushMetricsAfter(endpoint, this.#metrics);
  }

  #dependencies(write: (line: string) => void): Dependencies {
    const { clock, realm } = this;
    const log = jsonLog(write, () => clock.now());
    const readRecord = recordReader({ clock, log, metrics: this.#metrics, process: "fuzz" });
    const send: SendHttp = (...args) => this.send(...args);
    let owners = 0;
    return {
      realm,
      limits: realm,
      provider: providerOf(realm, { send, clock, newRequestId }),
      store: dynamoDbTokenStore(
        sdkItemTable(this.#client, tableName),
        readRecord,
        realmFreezeCache(clock, log),
      ),
      secrets: { read: async (account) => this.#secretOf(account) },
      sealer: localSealer(new Sensitive(new Uint8Array(32).fill(7))),
      clock,
      log,
      metrics: this.#metrics,
      random: () => 0.5,
      processName: "fuzz",
      newOwner: () => {
        owners += 1;
        return `fuzz.${owners}`;
      },
      fingerprint,
    };
  }

  #secretOf(account: string) {
    if (account === "default" || account === "jo") {
      return { text: new Sensitive(this.secret), version: "s1" };
    }
    throw new VendingError("unknown-connection", "There is no usable secret.");
  }

  #consentDependencies(): ConsentDependencies | null {
    const { consent } = this.#deps.provider;
    return (
      consent && {
        ...this.#deps,
        pendingConsents: dynamoDbPendingConsents(this.#client, tableName, this.realm),
        browserSecrets: nodeBrowserSecrets,
        consentBaseUrl: "https://vend.example",
        openableMs: linkLifetimeMs,
        flow: consent,
      }
    );
  }
}

export function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

function clientOf(table: MemoryTable): DynamoDBClient {
  const send = async (command: object) => {
    const { answer } = table.perform(command);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { send } as unknown as DynamoDBClient;
}
