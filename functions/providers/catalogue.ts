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
import { requiredMembers } from "./declaration/secret.ts";
import { settingProblem, strictSettings, unknownName } from "./declaration/strict-settings.ts";
import type { FieldProblem } from "./exchange/field-problem.ts";
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

/** The members that every secret of the provider has; which of the others are needed depends on the realm's settings. */
export function requiredMembersOf(provider: ProviderId): string[] {
  return requiredMembers(declarationOf(provider).secret);
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

/** Parses `REALM`. Fails with a `StartUpError` that names the invalid key. */
export function readRealm(json: string): RealmSettings {
  const value = parseJson(json);
  if (value === undefined) throw new StartUpError("REALM is not JSON.");
  const { settings } = namedDeclaration(value, "REALM");
  const realm = parsed(settings, value, "REALM");
  const problem = declarationOf(realm.provider).settingsProblem(realm);
  if (problem) throw startUpError("REALM", problem);
  return realm;
}

/** Fails with a `StartUpError` that names a key which is neither a setting nor one of `others`, and all that there are. */
export function refuseUnknownSetting(realm: RealmInput, others: readonly string[]): void {
  const declared = catalogue.find(({ id }) => id === realm.provider);
  const known = [...Object.keys(declared?.settings.entries ?? realm), ...others];
  const given = Object.entries(realm).flatMap(([name, value]) => (value === undefined ? [] : name));
  const unknown = given.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw startUpError("REALM", { field: unknown, problem: unknownName(unknown, known) });
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
  const where = `REALMS: ${at}`;
  const { settings, policySettings } = namedDeclaration(value, where);
  const all: [string, v.ObjectEntries[string]][] = Object.entries(settings.entries);
  const read = Object.fromEntries(all.filter(([name]) => policySettings.includes(name)));
  const { provider, environment } = settings.entries;
  const summary = parsed(strictSettings({ ...read, provider, environment }), value, where);
  const { provider: id, environment: name } = summary;
  return { provider: id, environment: name, policy: declarationOf(id).policy(summary) };
}

/** The declaration that a realm's settings name. Fails with a `StartUpError`. */
function namedDeclaration(value: unknown, where: string): Declared {
  const provider: unknown = Object(value).provider;
  const named = catalogue.find(({ id }) => id === provider);
  if (named) return named;
  const problem = typeof provider === "string" ? unknownName(provider, providerIds) : "is missing";
  throw startUpError(where, { field: "provider", problem });
}

/** Fails with a `StartUpError`. */
function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  where: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw startUpError(where, settingProblem(result.issues));
}

function startUpError(where: string, { field, problem }: FieldProblem): StartUpError {
  return new StartUpError(`${where}: ${field}: ${problem}`);
}
