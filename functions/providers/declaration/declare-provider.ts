import type * as v from "valibot";
import type { ConsentFlow } from "../../model/consent.ts";
import type { Issuer, Presentation, RenewalPolicy } from "../../model/provider.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import type { FieldProblem } from "../exchange/field-problem.ts";
import type { KeyFields, KeySettings } from "../exchange/key-check.ts";
import type { IssuerContext, TokenRequest } from "../exchange/token-request.ts";
import type { ClientGrant, ClientGrantSettings } from "../oauth/client-grant.ts";
import type { CodeGrant, CodeSettings } from "../oauth/code-grant.ts";
import type { SecretMembers, SecretOf } from "./secret.ts";
import type { NamedAttributes } from "./settings.ts";
import { wrongAttribute } from "./settings.ts";

/** The kinds of credentials, which differ in what an operator monitors. */
type CredentialKind =
  | {
      readonly type: "client-credentials";
      /** A token's usual lifetime, from which the alarm for too many issues derives its threshold. */
      readonly usualLifetimeSeconds: number;
    }
  | { readonly type: "static-key" }
  | { readonly type: "consent" };

type CredentialType = CredentialKind["type"];

/** RFC 6750 §2.1. */
export const bearer: Presentation = { headerName: "Authorization", scheme: "Bearer" };
export const apiKeyHeader: Presentation = { headerName: "X-Api-Key", scheme: null };

/** The settings that every realm has. */
interface RealmBase extends NamedAttributes {
  readonly provider: string;
  readonly environment: string;
}

/** A schema as `settingsOf` makes it. */
type SettingsSchema<Settings extends RealmBase = RealmBase> = v.GenericSchema<unknown, Settings> & {
  readonly entries: v.ObjectEntries & {
    readonly provider: v.LiteralSchema<string, undefined>;
    readonly environment: v.GenericSchema<string>;
  };
};

/** Everything about one provider. Its methods take settings and secrets of this provider only. */
export interface ProviderDeclaration<
  Schema extends SettingsSchema = SettingsSchema,
  Name extends keyof v.InferOutput<Schema> & string = never,
  Type extends CredentialType = CredentialType,
> {
  readonly id: Schema["entries"]["provider"]["literal"];
  readonly credential: Extract<CredentialKind, { type: Type }>;
  readonly settings: Schema;
  settingsProblem(settings: v.InferOutput<Schema>): FieldProblem | null;
  /** The settings that `policy` reads. */
  readonly policySettings: readonly string[];
  readonly secret: SecretMembers;
  /** Fails with `secret-malformed`, naming the member but no value. */
  checkSecretText(text: Sensitive): Promise<void>;
  policy(settings: Pick<v.InferOutput<Schema>, Name>): RenewalPolicy;
  presentation(settings: v.InferOutput<Schema>): Presentation;
  loadIssuer(settings: v.InferOutput<Schema>, context: IssuerContext): Promise<Issuer>;
  /** Only for providers at which a person consents. */
  loadConsentFlow?(settings: v.InferOutput<Schema>, context: IssuerContext): Promise<ConsentFlow>;
}

interface Common<Schema extends SettingsSchema, Members extends SecretMembers> {
  readonly settings: Schema;
  /** A problem between settings that are valid one by one. */
  settingsProblem?(settings: v.InferOutput<Schema>): FieldProblem | null;
  readonly secret: Members;
  /** A problem between members of the secret that are valid one by one. */
  secretProblem?(secret: SecretOf<Members>): FieldProblem | null;
  presentation(settings: v.InferOutput<Schema>): Presentation;
}

type TokenPolicy = Extract<RenewalPolicy, { renewal: "at-expiry" | "at-handover" | "early" }>;

/**
 * A provider that issues a token for our own credentials: by a grant of OAuth, where it says who the client is and what it
 * asks for, or by a request of its own kind.
 */
type ClientCredentials<
  Schema extends SettingsSchema<RealmBase & ClientGrantSettings>,
  Name extends keyof v.InferOutput<Schema> & string,
  Members extends SecretMembers,
> = Common<Schema, Members> & {
  readonly usualLifetimeSeconds: number;
  readonly policySettings: readonly Name[];
  policy(settings: Pick<v.InferOutput<Schema>, Name>): TokenPolicy;
} & (
    | ClientGrant<v.InferOutput<Schema>, SecretOf<Members>>
    | TokenRequest<v.InferOutput<Schema>, SecretOf<Members>>
  );

export function declareClientCredentials<
  Schema extends SettingsSchema<RealmBase & ClientGrantSettings>,
  const Name extends keyof v.InferOutput<Schema> & string,
  Members extends SecretMembers,
>(
  declared: ClientCredentials<Schema, Name, Members>,
): ProviderDeclaration<Schema, Name, "client-credentials"> {
  return {
    ...commonOf(declared),
    credential: {
      type: "client-credentials",
      usualLifetimeSeconds: declared.usualLifetimeSeconds,
    },
    policySettings: declared.policySettings,
    policy: declared.policy,
    loadIssuer: async (settings, context) => {
      const { clientIssuer } = await import("../oauth/client-grant.ts");
      return clientIssuer(declared, settings, await secretReader(declared), context);
    },
  };
}

/** A provider of a static key, which an operator replaces in the secret. */
interface StaticKey<Schema extends SettingsSchema, Members extends SecretMembers>
  extends Common<Schema, Members> {
  key(secret: SecretOf<Members>): KeyFields;
}

/** How often a static key is compared with its secret. */
const recheckMs = 5000;

export function declareStaticKey<
  Schema extends SettingsSchema<RealmBase & KeySettings>,
  Members extends SecretMembers,
>(declared: StaticKey<Schema, Members>): ProviderDeclaration<Schema, "probePath", "static-key"> {
  return {
    ...commonOf(declared),
    credential: { type: "static-key" },
    policySettings: ["probePath"],
    policy: ({ probePath }) => ({
      renewal: "on-rotation",
      recheckMs,
      hasProbe: probePath !== undefined,
    }),
    loadIssuer: async (settings, context) => {
      const { keyIssuer } = await import("../exchange/key-check.ts");
      const readSecret = await secretReader(declared);
      const readKey = (text: Sensitive) => declared.key(readSecret(text));
      return keyIssuer(readKey, settings, declared.presentation(settings), context);
    },
  };
}

/** A provider at which a person consents. */
interface Consent<
  Schema extends SettingsSchema<RealmBase & CodeSettings>,
  Members extends SecretMembers,
> extends Common<Schema, Members>,
    CodeGrant<v.InferOutput<Schema>, SecretOf<Members>> {}

export function declareConsent<
  Schema extends SettingsSchema<RealmBase & CodeSettings>,
  Members extends SecretMembers,
>(declared: Consent<Schema, Members>): ProviderDeclaration<Schema, "earlySeconds", "consent"> {
  return {
    ...commonOf(declared),
    credential: { type: "consent" },
    policySettings: ["earlySeconds"],
    // A refresh may replace the refresh token, so only a lease holder refreshes, and early, so that no caller waits.
    policy: ({ earlySeconds }) => ({
      renewal: "by-consent",
      beforeExpiryMs: earlySeconds * 1000,
    }),
    loadIssuer: async (settings, context) => {
      const { codeIssuer } = await import("../oauth/code-issuer.ts");
      return codeIssuer(declared, settings, await secretReader(declared), context);
    },
    loadConsentFlow: async (settings, context) => {
      const { consentFlow } = await import("../oauth/consent-flow.ts");
      return consentFlow(declared, settings, await secretReader(declared), context);
    },
  };
}

function commonOf<Schema extends SettingsSchema, Members extends SecretMembers>(
  declared: Common<Schema, Members>,
) {
  const { settings, secret } = declared;
  return {
    id: settings.entries.provider.literal,
    settings,
    secret,
    checkSecretText: async (text: Sensitive) => {
      const readSecret = await secretReader(declared);
      readSecret(text);
    },
    settingsProblem: (values: v.InferOutput<Schema>) =>
      wrongAttribute(values) ?? declared.settingsProblem?.(values) ?? null,
    presentation: declared.presentation,
  };
}

/** Loaded only where a secret is opened: a vend of a stored token opens none. */
async function secretReader<Schema extends SettingsSchema, Members extends SecretMembers>({
  secret,
  secretProblem,
}: Common<Schema, Members>): Promise<(text: Sensitive) => SecretOf<Members>> {
  const { parseSecret } = await import("./parse-secret.ts");
  return (text) => parseSecret(text, secret, (read) => secretProblem?.(read) ?? null);
}
