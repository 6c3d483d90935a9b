import * as v from "valibot";
import type { RealmId } from "../model/connection.ts";
import { realmName } from "../model/connection.ts";
import type { Issuer, Provider, RenewalPolicy } from "../model/provider.ts";
import { StartUpError } from "../platform/environment.ts";
import { parseJson } from "../platform/parse-json.ts";
import { authorizationCode } from "./authorization-code.ts";
import { centrapayApiKey } from "./centrapay-api-key.ts";
import { centrapayUser } from "./centrapay-user.ts";
import { cfis } from "./cfis.ts";
import { cfisProvisioning } from "./cfis-provisioning.ts";
import { clientCredentials } from "./client-credentials.ts";
import { conferma } from "./conferma.ts";
import { connectPay } from "./connectpay.ts";
import type { ProviderDeclaration } from "./declaration/declare-provider.ts";
import type { IssuerContext } from "./exchange/token-request.ts";
import { sendPayments } from "./send-payments.ts";
import { staticKey } from "./static-key.ts";

/** All providers. Everything that differs between them follows from their declarations. */
const catalogue = [
  conferma,
  sendPayments,
  cfis,
  cfisProvisioning,
  centrapayApiKey,
  clientCredentials,
  staticKey,
  centrapayUser,
  connectPay,
  authorizationCode,
];

type Declared = (typeof catalogue)[number];

/** The provider's name, the same everywhere: file, realm, secret, simulator, documentation page. */
export type ProviderId = Declared["id"];

/** The providers at which a person consents. */
export type ConsentProviderId = Extract<Declared, { credential: { type: "consent" } }>["id"];

export const providerIds: readonly ProviderId[] = catalogue.map(({ id }) => id);

/** A realm's settings, with defaults filled in. */
export type RealmSettings = v.InferOutput<Declared["settings"]>;

/** A realm's settings as an operator writes them. */
export type RealmInput = v.InferInput<Declared["settings"]>;

/** Throws for an id that is not in the catalogue. */
export function declarationOf(provider: ProviderId): ProviderDeclaration {
  const declaration = catalogue.find(({ id }) => id === provider);
  if (declaration) return declaration;
  throw new Error(`${provider} is not in the catalogue.`);
}

export function needsConsent(provider: ProviderId): provider is ConsentProviderId {
  return declarationOf(provider).credential.type === "consent";
}

/** The provider of a realm. Its issuer is loaded once, with the first renewal. */
export function providerOf(settings: RealmSettings, context: IssuerContext): Provider {
  const declaration = declarationOf(settings.provider);
  let issuer: Promise<Issuer> | undefined;
  return {
    policy: declaration.policy(settings),
    presentation: declaration.presentation(settings),
    issuer: () => {
      issuer ??= declaration.loadIssuer(settings, context);
      return issuer;
    },
    consent: declaration.loadConsentFlow?.bind(declaration, settings, context) ?? null,
  };
}

const realmSettings = v.variant(
  "provider",
  catalogue.map(({ settings }) => settings),
);

/** Parses `REALM`. Fails with a `StartUpError` that names the invalid key. */
export function readRealm(json: string): RealmSettings {
  const value = parseJson(json);
  if (value === undefined) throw new StartUpError("REALM is not JSON.");
  const result = v.safeParse(realmSettings, value);
  if (!result.success) throw new StartUpError(`REALM: ${problemOf(result.issues[0])}`);
  const problem = declarationOf(result.output.provider).settingsProblem(result.output);
  if (problem) throw new StartUpError(`REALM: ${problem.field}: ${problem.problem}`);
  return result.output;
}

/** The settings that a realm's renewal policy reads, for `list-connections`: a variable holds 4 KB, too little for all. */
export function summarizeRealm(realm: RealmInput): object {
  const { policySettings } = declarationOf(realm.provider);
  const names = ["provider", "environment", ...policySettings];
  return Object.fromEntries(Object.entries(realm).filter(([name]) => names.includes(name)));
}

/** A realm as `list-connections` knows it. */
export interface RealmSummary extends RealmId {
  readonly policy: RenewalPolicy;
}

/** Parses `REALMS`. Fails with a `StartUpError` that names the realm's position and the key. */
export function readRealmSummaries(json: string): RealmSummary[] {
  const list = parseJson(json);
  if (!Array.isArray(list)) throw new StartUpError("REALMS is not a JSON list.");
  const realms = list.map(readSummary);
  const names = realms.map(realmName);
  const duplicate = names.find((name, at) => names.indexOf(name) !== at);
  if (duplicate) throw new StartUpError(`REALMS: ${duplicate} is listed twice.`);
  return realms;
}

function readSummary(value: unknown, at: number): RealmSummary {
  const result = v.safeParse(summarySchema(), value);
  if (!result.success) throw new StartUpError(`REALMS: ${at}: ${problemOf(result.issues[0])}`);
  const { provider, environment } = result.output;
  return { provider, environment, policy: declarationOf(provider).policy(result.output) };
}

/** The schema of a realm's summary: the settings that the provider's policy reads, with their shapes and defaults. */
function summarySchema() {
  const options = catalogue.map(({ settings, policySettings }) => {
    const { provider, environment } = settings.entries;
    const all: [string, v.ObjectEntries[string]][] = Object.entries(settings.entries);
    const read = Object.fromEntries(all.filter(([name]) => policySettings.includes(name)));
    return v.strictObject({ ...read, provider, environment });
  });
  return v.variant("provider", options);
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  return `${v.getDotPath(issue) ?? "the whole value"}: ${issue.message}`;
}
