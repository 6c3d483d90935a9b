import type { AuthorizationRequest, GrantCredential } from "../../model/consent.ts";
import type { Grant, Issued, Issuer, NotIssued } from "../../model/provider.ts";
import { Sensitive, unprintable } from "../../model/sensitive.ts";
import type { HttpResponse } from "../../platform/http-request.ts";
import { standardMembers } from "../exchange/answer-shape.ts";
import { malformed, notIssued } from "../exchange/error-response.ts";
import { isAbsent } from "../exchange/lifetime.ts";
import type { AnswerFields, IssuerContext, Issuing, Reading } from "../exchange/token-request.ts";
import { sendTokenRequest } from "../exchange/token-request.ts";
import type { OAuthClient } from "./client-authentication.ts";
import { assertionLifetimeOf } from "./client-authentication.ts";
import {
  clientRequest,
  detectCertificateRejection,
  expiredCertificate,
  issuingOf,
  purposeParameters,
} from "./client-request.ts";
import type { CodeGrant, CodeSettings } from "./code-grant.ts";
import { consentResult } from "./consent-answer.ts";
import type { Identifier } from "./identity.ts";
import { identifierOf } from "./identity.ts";
import { openClient } from "./registered-client.ts";
import { readTokenResponse } from "./token-response.ts";

/** What all token requests of one client share. */
interface ExchangeContext<Settings, Secret> {
  readonly provider: CodeGrant<Settings, Secret>;
  readonly settings: Settings;
  readonly client: OAuthClient;
  readonly identifier: Identifier;
  /** Given the key of the refresh token, if it is bound to one. */
  readonly issuing: (key?: Sensitive) => Issuing;
}

/**
 * Exchanges a person's code, and later refresh tokens, for access tokens (RFC 6749 §4.1.3, §6). A consent belongs to one
 * connection, so a new token revokes nothing elsewhere.
 */
export async function codeIssuer<Settings extends CodeSettings, Secret>(
  provider: CodeGrant<Settings, Secret>,
  settings: Settings,
  readSecret: (text: Sensitive) => Secret,
  context: IssuerContext,
): Promise<Issuer> {
  const common = {
    provider,
    settings,
    identifier: identifierOf(provider.openId(settings), context),
    issuing: await issuingOf(settings, detectCertificateRejection(context, provider)),
  };
  return {
    openGrant(text, credential) {
      const client = openClient(provider, settings, readSecret(text));
      return unprintable<Grant>({
        revocationScope: null,
        callsProvider: true,
        // Also without a consent: that is how a secret is tried.
        issue: async (signal) =>
          expiredCertificate(client, context.clock.now()) ??
          exchangeCredential({ ...common, client }, credential, signal),
      });
    },
  };
}

async function exchangeCredential<Settings extends CodeSettings, Secret>(
  exchange: ExchangeContext<Settings, Secret>,
  credential: GrantCredential | null,
  signal: AbortSignal,
): Promise<Issued | NotIssued> {
  const { provider, settings, client, identifier, issuing } = exchange;
  if (!credential) return notIssued("consent-required", "Nobody has consented yet.");
  const form = formOf(provider, settings, credential);
  if (!form) return notIssued("consent-required", codeWithoutRequest);
  for (const [name, value] of purposeParameters(settings, settings.tokenParameters))
    form.append(name, value);
  const keysFailure = await identifier.prepare(credential, signal);
  if (keysFailure) return keysFailure;
  const proofKey = credential.kind === "refresh-token" ? credential.proofKey : undefined;
  return issuing(proofKey)(async (context) => {
    const request = await clientRequest(client, settings.tokenUrl, form, context);
    return sendTokenRequest(context, request, signal, {
      presented: credential.kind,
      assertionLifetimeMs: assertionLifetimeOf(client),
      inStandardTerms: settings.answer && standardMembers.bind(null, settings.answer),
      read: (fields, response) =>
        readAnswer(exchange, credential, { fields, response, now: context.clock.now() }, signal),
    });
  });
}

const codeWithoutRequest =
  "This provider redeems a code only together with the authorization request that it answers.";

function formOf<Settings, Secret>(
  provider: CodeGrant<Settings, Secret>,
  settings: Settings,
  credential: GrantCredential,
): URLSearchParams | null {
  if (credential.kind === "refresh-token") {
    return new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: credential.refreshToken.expose(),
    });
  }
  const { authorizationRequest } = credential;
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code: credential.code.expose(),
  });
  if (provider.hasCodesToCopy) return form;
  return (
    authorizationRequest && withRequestBinding(form, authorizationRequest, provider.pkce(settings))
  );
}

/** Binds the code to its authorization request: by the redirect URI (RFC 6749 §4.1.3) and the code verifier (RFC 7636 §4.5). */
function withRequestBinding(
  form: URLSearchParams,
  { redirectUri, codeVerifier }: AuthorizationRequest,
  pkce: boolean,
): URLSearchParams {
  form.set("redirect_uri", redirectUri);
  if (pkce) form.set("code_verifier", codeVerifier.expose());
  return form;
}

interface Answer {
  readonly fields: AnswerFields;
  readonly response: HttpResponse;
  readonly now: Date;
}

async function readAnswer<Settings extends CodeSettings, Secret>(
  { provider, settings, client, identifier }: ExchangeContext<Settings, Secret>,
  credential: GrantCredential,
  { fields, response, now }: Answer,
  signal: AbortSignal,
): Promise<Reading | NotIssued> {
  const refreshToken = refreshTokenOf(fields["refresh_token"]);
  if (refreshToken === undefined) return malformed("an invalid refresh token");
  const idToken = fields["id_token"];
  const person = await identifier.identify(client.clientId, idToken, credential, signal);
  if (person && "kind" in person) return person;
  const unstatedSeconds = provider.unstatedSeconds(settings);
  const unstated =
    unstatedSeconds === null
      ? ({ kind: "unlimited", until: null } as const)
      : ({ kind: "assumed", lastsMs: unstatedSeconds * 1000 } as const);
  const { maxDays } = provider;
  const { dpop, answer } = settings;
  const expected = { maxDays, unstated, unit: answer?.lifetime?.unit, dpop };
  const reading = readTokenResponse(fields, expected, response, now);
  if ("kind" in reading) return reading;
  return {
    ...reading,
    consent: consentResult(provider, settings, client, {
      fields,
      response,
      credential,
      refreshToken,
      person,
    }),
  };
}

/** Null when the answer has none; undefined for an invalid one, with which the provider may have replaced ours. */
function refreshTokenOf(value: unknown): Sensitive | null | undefined {
  if (isAbsent(value) || value === "") return null;
  const isToken = typeof value === "string" && /^[\x20-\x7e]{1,16384}$/.test(value);
  return isToken ? new Sensitive(value) : undefined;
}
