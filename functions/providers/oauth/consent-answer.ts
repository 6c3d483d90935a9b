import type { ConsentDetails, ConsentResult, GrantCredential } from "../../model/consent.ts";
import { scopeDifference } from "../../model/scopes.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import type { HttpResponse } from "../../platform/http-request.ts";
import { isAbsent } from "../exchange/lifetime.ts";
import type { AnswerFields } from "../exchange/token-request.ts";
import type { OAuthClient } from "./client-request.ts";
import type { CodeGrant } from "./code-grant.ts";
import { secretDetector } from "./exchange-secrets.ts";

/** A token response that has been verified, and what it answers. */
interface ConsentAnswer {
  readonly fields: AnswerFields;
  readonly response: HttpResponse;
  readonly credential: GrantCredential;
  readonly refreshToken: Sensitive | null;
  /** Of a verified ID token. */
  readonly subject: string | null;
}

/** What a token response says about the consent. Text that holds a secret of the exchange counts as not said. */
export function consentResult<Settings, Secret>(
  provider: CodeGrant<Settings, Secret>,
  settings: Settings,
  client: OAuthClient,
  { fields, response, credential, refreshToken, subject }: ConsentAnswer,
): ConsentResult {
  const holdsSecret = secretDetector(client, credential, fields);
  const harmless = (text: string | null) => (text === null || holdsSecret(text) ? null : text);
  const isFirst = credential.kind === "code";
  const requested = provider.scopes(settings);
  const grantedScope = harmless(
    grantedScopeOf(fields["scope"], isFirst ? requested.join(" ") : ""),
  );
  const details = (): ConsentDetails | null => {
    if (grantedScope === null) return null;
    const { withheld, added } = scopeDifference(requested, grantedScope, {
      // The answer to a refresh need not say so again.
      isIdentified: subject !== null || !isFirst,
      isRefreshable: refreshToken !== null || !isFirst,
      renamed: provider.renamedScopes?.(settings) ?? {},
    });
    if (withheld.length + added.length === 0) return null;
    return {
      ...(withheld.length > 0 && { withheldScope: withheld.join(" ") }),
      ...(added.length > 0 && { addedScope: added.join(" ") }),
    };
  };
  const known = details();
  return {
    refreshToken,
    refreshEndsAt: provider.refreshEndsAt(fields, response, isFirst),
    grantedScope,
    subject,
    customer: harmless(provider.customer?.(fields) ?? null),
    ...(known && { details: known }),
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
