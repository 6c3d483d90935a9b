import { createHash, randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "vitest";
import { siteOf } from "../../functions/compose-consents.ts";
import { linksOf } from "../../functions/compose-links.ts";
import { beginConsent, linkLifetimeMs } from "../../functions/consents/begin-consent.ts";
import { completePastedCode } from "../../functions/consents/complete-pasted-code.ts";
import { disconnect } from "../../functions/consents/disconnect.ts";
import type { OfferDependencies } from "../../functions/consents/offer-link.ts";
import { beginConsentEndpoint } from "../../functions/http/begin-consent-endpoint.ts";
import { completeConsentEndpoint } from "../../functions/http/complete-consent-endpoint.ts";
import type { OwnerFields } from "../../functions/http/link-contract.ts";
import { vendEndpoint } from "../../functions/http/vend-endpoint.ts";
import type { RealmId } from "../../functions/model/connection.ts";
import { connectionOf, realmName } from "../../functions/model/connection.ts";
import { VendingError } from "../../functions/model/errors.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { RequesterProfile } from "../../functions/platform/consent-environment.ts";
import { jsonLog } from "../../functions/platform/json-log.ts";
import { nodeBrowserSecrets } from "../../functions/platform/node-browser-secrets.ts";
import { localSealer } from "../../functions/sealing/local-sealer.ts";
import { dynamoDbLinkOffers } from "../../functions/store/dynamodb-link-offers.ts";
import { dynamoDbPendingConsents } from "../../functions/store/dynamodb-pending-consents.ts";
import { dynamoDbTokenStore } from "../../functions/store/dynamodb-token-store.ts";
import { realmFreezeCache, recordReader } from "../../functions/store/record-reader.ts";
import { sdkItemTable } from "../../functions/store/sdk-item-table.ts";
import { processVending } from "../../functions/vending/process-vending.ts";
import { noProofs } from "./a-credential.ts";
import { aRequester } from "./a-page-view.ts";
import { aContext } from "./a-proxy-event.ts";
import { at } from "./a-record.ts";
import { ConsentProvider } from "./consent-provider.ts";
import { FixedClock } from "./fixed-clock.ts";
import { TestBrowser } from "./test-browser.ts";
import { TABLE } from "./token-table.ts";
import type { Api } from "./web-events.ts";

interface SiteChanges {
  readonly realm?: RealmId;
  readonly provider?: ConsentProvider;
  readonly clock?: FixedClock;
  readonly requester?: Partial<RequesterProfile>;
  readonly openableMs?: number;
}

/** The handlers of both consent functions of one realm, with a real table, at ten o'clock. */
export class TestConsentSite {
  readonly clock: FixedClock;
  readonly provider: ConsentProvider;
  readonly realm: RealmId;
  readonly deps: OfferDependencies;
  readonly log: string[] = [];
  readonly begin: ReturnType<typeof beginConsentEndpoint>;
  readonly complete: ReturnType<typeof completeConsentEndpoint>;
  readonly vending: ReturnType<typeof vendEndpoint>;
  secret: string | null = "{}";
  readonly #client: DynamoDBClient;

  constructor(client: DynamoDBClient, changes: SiteChanges = {}) {
    this.#client = client;
    this.clock = changes.clock ?? new FixedClock(at("10:00:00.000"));
    this.provider = changes.provider ?? new ConsentProvider(this.clock);
    // A realm of its own for each test, because the tests share the table.
    this.realm = changes.realm ?? { provider: "connectpay", environment: randomUUID() };
    this.deps = this.#dependencies(changes.openableMs ?? linkLifetimeMs);
    const site = siteOf(this.deps, aRequester(changes.requester));
    const forCaller = { onBehalfOf: "caller" } as const;
    this.begin = beginConsentEndpoint({
      ...site,
      begin: (account, call, asked) =>
        beginConsent(this.deps, account, { ...call, ...forCaller }, asked),
    });
    this.complete = completeConsentEndpoint({
      ...site,
      completePasted: (account, code, call, asked) =>
        completePastedCode(this.deps, account, code, { ...call, ...forCaller }, asked),
      disconnect: (connection, call) =>
        disconnect(this.deps, connection, { ...call, ...forCaller }),
    });
    this.vending = vendEndpoint({
      ...this.deps,
      extraHeaders: undefined,
      proofs: noProofs,
      links: async () => linksOf(this.deps),
      ...processVending(this.deps),
    });
  }

  /** A browser without cookies. */
  browser(api: Api = "an HTTP API"): TestBrowser {
    const handler: typeof this.begin = (event, context) =>
      /\/callback\//.test(JSON.stringify(event))
        ? this.complete(event, context)
        : this.begin(event, context);
    return new TestBrowser(handler, api, this.clock);
  }

  async link(account = "jo", owner: OwnerFields = {}): Promise<string> {
    const answer = (await this.begin({ account, ...owner }, aContext())) as { url: string };
    return answer.url;
  }

  /** Invokes an alias of `vend-token`, directly or as API Gateway does. */
  vendBy(alias: string, event: unknown): Promise<unknown> {
    const invokedFunctionArn = `arn:aws:lambda:eu-west-1:123456789012:function:realm:${alias}`;
    return this.vending(event, { ...aContext(), invokedFunctionArn });
  }

  /** Invokes `complete-consent` directly. */
  operate(payload: object): Promise<unknown> {
    return this.complete(payload, aContext());
  }

  record(account = "jo"): Promise<TokenRecord | null> {
    const connection = connectionOf(this.realm, account);
    return this.deps.store.read(connection, new AbortController().signal);
  }

  /** Every row of this realm, as text. */
  async rows(): Promise<string[]> {
    const { Items = [] } = await this.#client.send(new ScanCommand({ TableName: TABLE }));
    const own = Items.filter((item) => item["pk"]?.S?.startsWith(`${realmName(this.realm)}/`));
    const inClear = (_: string, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
    return own.map((item) => JSON.stringify(item, inClear));
  }

  async pendingRows(): Promise<string[]> {
    return (await this.rows()).filter((row) => row.includes("/~consent/"));
  }

  /** The log's events, the last one last. */
  events(): Record<string, unknown>[] {
    return this.log.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  #dependencies(openableMs: number): OfferDependencies {
    const { clock, provider, realm } = this;
    const log = jsonLog((line) => this.log.push(line), clock.now.bind(clock));
    const metrics = { record: () => {} };
    let leases = 0;
    const readRecord = recordReader({ clock, log, metrics, process: "site" });
    return {
      realm,
      limits: { deadlineMs: 5000, marginMs: 1000 },
      provider: provider.provider(),
      store: dynamoDbTokenStore(
        sdkItemTable(this.#client, TABLE),
        readRecord,
        realmFreezeCache(clock, log),
      ),
      secrets: {
        read: async () => {
          if (this.secret === null) throw new VendingError("secret-unavailable", "Made up.", 1);
          return { text: new Sensitive(this.secret), version: "s1" };
        },
      },
      sealer: localSealer(new Sensitive(new Uint8Array(32).fill(7))),
      clock,
      log,
      metrics,
      random: () => 0.5,
      processName: "site",
      newOwner: () => {
        leases += 1;
        return `site.${leases}`;
      },
      fingerprint: (text) => createHash("sha256").update(text).digest("hex").slice(0, 12),
      pendingConsents: dynamoDbPendingConsents(this.#client, TABLE, realm),
      browserSecrets: nodeBrowserSecrets,
      consentBaseUrl: "https://vend.example",
      openableMs,
      linkOffers: dynamoDbLinkOffers(this.#client, TABLE, realm),
      flow: async () => provider.flow(),
    };
  }
}

/** Expects that no code was sent, no token was issued, and the rows are unchanged. */
export async function expectNothingStored(site: TestConsentSite, rowsBefore: readonly string[]) {
  expect(site.provider.asked).toEqual([]);
  expect(site.provider.issued).toBe(0);
  expect(await site.rows()).toEqual(rowsBefore);
}

/** A consent up to the point where the user has agreed at the provider, with the callback's parameters. */
export async function startedConsent(site: TestConsentSite, owner: OwnerFields = {}) {
  const link = await site.link("jo", owner);
  const browser = site.browser();
  const authorizeUrl = await browser.goToProvider(link);
  const answer = site.provider.agree(authorizeUrl);
  return { link, browser, authorizeUrl, answer, rows: await site.rows() };
}
