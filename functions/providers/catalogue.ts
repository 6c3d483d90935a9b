import type { Presentation, Provider, RenewalPolicy } from "../model/provider.ts";
import type { ProviderId } from "../model/provider-id.ts";
import type { RealmSettings } from "../platform/realm-settings.ts";
import type { IssuerContext } from "./token-exchange.ts";

const bearer: Presentation = { headerName: "Authorization", scheme: "Bearer" };
const bare: Presentation = { headerName: "Authorization", scheme: null };
const apiKey: Presentation = { headerName: "X-Api-Key", scheme: null };

/** Static keys follow the secret within this long. */
const recheckMs = 5000;

type Settings<Id extends ProviderId> = Extract<RealmSettings, { provider: Id }>;
type Declare<Id extends ProviderId> = (settings: Settings<Id>, wire: IssuerContext) => Provider;

/** What each provider declares. How it issues is loaded only when something has to be issued. */
const catalogue: { readonly [Id in ProviderId]: Declare<Id> } = {
  conferma: (settings, wire) => ({
    // A new token revokes every other one of the platform, and none may be asked for before expiry.
    policy: { renewal: "at-expiry" },
    presentation: bearer,
    issuer: async () => (await import("./conferma.ts")).confermaIssuer(settings, wire),
    consent: null,
  }),

  "send-payments": (settings, wire) => ({
    // A new token ends the old one, and may be asked for early.
    policy: { renewal: "at-handover", beforeExpiryMs: settings.handoverSeconds * 1000 },
    presentation: bearer,
    issuer: async () => (await import("./send-payments.ts")).sendPaymentsIssuer(settings, wire),
    consent: null,
  }),

  cfis: (settings, wire) => declareKey(settings, apiKey, wire, "apiKey"),
  "cfis-provisioning": (settings, wire) =>
    declareKey(settings, apiKey, wire, "partnerProvisioningToken"),
  "centrapay-api-key": (settings, wire) => declareKey(settings, apiKey, wire, "apiKey"),

  "static-key": (settings, wire) => {
    const presentation = { headerName: settings.headerName, scheme: settings.scheme ?? null };
    return declareKey(settings, presentation, wire, "apiKey");
  },

  "client-credentials": (settings, wire) => ({
    policy: clientCredentialsPolicy(settings),
    presentation: bearer,
    issuer: async () =>
      (await import("./client-credentials.ts")).clientCredentialsIssuer(settings, wire),
    consent: null,
  }),

  "centrapay-user": (settings, wire) => ({
    policy: byConsent(settings),
    presentation: bare,
    issuer: once(async () =>
      (await import("./centrapay-user.ts")).centrapayUserIssuer(settings, wire),
    ),
    consent: async () => (await import("./centrapay-user.ts")).centrapayUserFlow(settings, wire),
  }),

  connectpay: (settings, wire) => ({
    policy: byConsent(settings),
    presentation: bearer,
    issuer: async () => (await import("./connectpay.ts")).connectPayIssuer(settings, wire),
    consent: async () => (await import("./connectpay.ts")).connectPayFlow(settings, wire),
  }),

  "authorization-code": (settings, wire) => ({
    policy: byConsent(settings),
    presentation: settings.presentation,
    issuer: once(async () =>
      (await import("./authorization-code.ts")).authorizationCodeIssuer(settings, wire),
    ),
    consent: async () =>
      (await import("./authorization-code.ts")).authorizationCodeFlow(settings, wire),
  }),
};

/** The provider of a realm, as its settings declare it. */
export function providerOf(settings: RealmSettings, wire: IssuerContext): Provider {
  const declare = catalogue[settings.provider] as (
    settings: RealmSettings,
    wire: IssuerContext,
  ) => Provider;
  return declare(settings, wire);
}

function declareKey(
  settings: Settings<"cfis" | "cfis-provisioning" | "centrapay-api-key" | "static-key">,
  presentation: Presentation,
  wire: IssuerContext,
  field: "apiKey" | "partnerProvisioningToken",
): Provider {
  return {
    policy: { renewal: "on-rotation", recheckMs, hasProbe: settings.probePath !== undefined },
    presentation,
    issuer: async () =>
      (await import("./static-key.ts")).staticKeyIssuer(settings, presentation, wire, field),
    consent: null,
  };
}

/** Where a new token revokes the old, expiry is the one instant that harms nobody, unless the realm names a lead. */
function clientCredentialsPolicy(settings: Settings<"client-credentials">): RenewalPolicy {
  const { onIssue, earlySeconds } = settings;
  if (onIssue === "coexist")
    return { renewal: "early", beforeExpiryMs: (earlySeconds ?? 300) * 1000 };
  if (earlySeconds === undefined) return { renewal: "at-expiry" };
  return { renewal: "at-handover", beforeExpiryMs: earlySeconds * 1000 };
}

/** Each new token costs a refresh token, so it is asked for under the lease, and early: nobody waits for it. */
function byConsent({ earlySeconds }: { readonly earlySeconds: number }): RenewalPolicy {
  return { renewal: "by-consent", beforeExpiryMs: earlySeconds * 1000 };
}

/** One for the process: it keeps the provider's keys. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}
