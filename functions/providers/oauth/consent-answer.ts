import type { ConsentDetails, ConsentResult, GrantCredential } from "../../model/consent.ts";
import { scopeDifference } from "../../model/scopes.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import type { HttpResponse } from "../../platform/http-request.ts";
import { isAbsent, secondsAfterRequest } from "../exchange/lifetime.ts";
import { readEnd } from "../exchange/stated-lifetime.ts";
import type { AnswerFields } from "../exchange/token-request.ts";
import type { OAuthClient } from "./client-authentication.ts";
import type { CodeGrant, CodeSettings } from "./code-grant.ts";
import { secretDetector, sentSecrets } from "./exchange-secrets.ts";
import { keptAttributesIn } from "./kept-attributes.ts";
import type { Person } from "./person.ts";
import { maskedIdentity, verifiedEmailOf } from "./person.ts";

/** A token response that has been verified, and what it answers. */
interface ConsentAnswer {
  readonly fields: AnswerFields;
  readonly response: HttpResponse;
  readonly credential: GrantCredential;
  readonly refreshToken: Sensitive | null;
  readonly person: Person | null;
}

/** What a token response says about the consent. Text that holds a secret of the exchange counts as not said. */
export function consentResult<Settings extends CodeSettings, Secret>(
  provider: CodeGrant<Settings, Secret>,
  settings: Settings,
  client: OAuthClient,
  answer: ConsentAnswer,
): ConsentResult {
  const { fields, credential, refreshToken, person } = answer;
  const holdsSecret = secretDetector(client, sentSecrets(credential), fields);
  const harmless = (text: string | null) => (text === null || holdsSecret(text) ? null : text);
  const isFirst = credential.kind === "code";
  const requested = isFirst ? provider.scopes(settings).join(" ") : "";
  const grantedScope = harmless(grantedScopeOf(fields["scope"], requested));
  const sources = {
    answer: fields,
    callback: isFirst ? credential.parameters : null,
    "id-token": person?.claims,
  };
  const attributes = keptAttributesIn(settings, sources, holdsSecret);
  const identity = person && harmless(maskedIdentity(person));
  const details: ConsentDetails = {
    ...(grantedScope !== null && differenceOf(provider, settings, answer, grantedScope)),
    ...(identity && { identity }),
    ...(attributes && { attributes }),
  };
  const { customerAttribute = "" } = settings;
  return {
    refreshToken,
    refreshEndsAt: refreshEndOf(provider, settings, answer),
    grantedScope,
    subject: person?.subject ?? null,
    verifiedEmail: person ? verifiedEmailOf(person) : undefined,
    customer: harmless(provider.customer?.(fields) ?? attributes?.[customerAttribute] ?? null),
    ...(Object.keys(details).length > 0 && { details }),
  };
}

function refreshEndOf<Settings extends CodeSettings, Secret>(
  provider: CodeGrant<Settings, Secret>,
  { answer, refreshLifetimeSeconds }: Settings,
  { fields, response, credential, refreshToken }: ConsentAnswer,
): Date | null {
  const stated = answer?.refreshLifetime
    ? readEnd(fields["refresh_token_expires_in"], answer.refreshLifetime.unit, response)
    : provider.refreshEndsAt(fields, response, credential.kind === "code");
  // Each new one lives as long again.
  return stated ?? (refreshToken && secondsAfterRequest(refreshLifetimeSeconds, response));
}

function differenceOf<Settings extends CodeSettings, Secret>(
  provider: CodeGrant<Settings, Secret>,
  settings: Settings,
  { credential, refreshToken, person }: ConsentAnswer,
  grantedScope: string,
): ConsentDetails {
  const isRefresh = credential.kind === "refresh-token";
  const { withheld, added } = scopeDifference(provider.scopes(settings), grantedScope, {
    // The answer to a refresh need not say so again.
    isIdentified: person !== null || isRefresh,
    isRefreshable: refreshToken !== null || isRefresh,
    renamed: provider.renamedScopes?.(settings) ?? {},
  });
  return {
    ...(withheld.length > 0 && { withheldScope: withheld.join(" ") }),
    ...(added.length > 0 && { addedScope: added.join(" ") }),
  };
}

/**
 * RFC 6749 §5.1: a missing `scope` grants what was requested; an empty one grants nothing. Null for an invalid one, and
 * when nothing was requested either.
 */
function grantedScopeOf(value: unknown, requested: string): string | null {
  const scope = isAbsent(value) ? requested : value;
  if (scope === "") return requested === "" ? null : scope;
  return typeof scope === "string" && /^[\x20-\x7e]{1,1000}$/.test(scope) ? scope : null;
}
