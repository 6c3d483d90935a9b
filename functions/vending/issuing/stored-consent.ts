import type { ConsentDetails, ConsentResult, RefreshCredential } from "../../model/consent.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { sealingProblem, VendingError } from "../../model/errors.ts";
import { isByConsent } from "../../model/provider.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import type {
  BoundToken,
  StoredConsent,
  StoredRefreshToken,
  TokenRecord,
} from "../../model/token-record.ts";
import { boundTokenIn, sealedTextOf } from "../../model/token-record.ts";
import type { HeldLease } from "../../model/token-store.ts";

/**
 * Opens the stored refresh token for one renewal. Null where the provider needs no consent. Fails with `consent-required`
 * when there is no refresh token, and with `store-unavailable` when it does not open. It stays stored then, because the
 * right sealing key may return, but a deleted consent would not.
 */
export async function openRefreshToken(
  deps: Dependencies,
  { connection, consent, failure }: TokenRecord,
  signal: AbortSignal,
): Promise<RefreshCredential | null> {
  if (!isByConsent(deps.provider.policy)) return null;
  const { refresh, subject } = consent ?? {};
  if (!refresh) {
    const why = failure?.code === "consent-required" ? failure.detail : noRefreshToken;
    throw new VendingError("consent-required", why);
  }
  const { sealed, version } = refresh;
  const as = { connection, version, kind: "refresh-token", terms: "" } as const;
  const opened = await deps.sealer.open(sealed, as, signal);
  if (!opened) {
    deps.log.error("refresh-token-unreadable", { connection, fingerprint: refresh.fingerprint });
    const detail = `The refresh token was ${sealingProblem.otherKey}; give the function that key.`;
    throw new VendingError("store-unavailable", detail, 60);
  }
  const { token: refreshToken, proofKey } = boundTokenIn(opened);
  return {
    kind: "refresh-token",
    refreshToken,
    proofKey,
    isSamePerson: (answered) => !subject || subject === deps.fingerprint(answered),
  };
}

const noRefreshToken = "There is no refresh token to renew with.";

/**
 * The consent to store with a new token. A refresh token in the answer replaces the stored one; without one the stored
 * refresh token stays valid (RFC 6749 §6).
 */
export async function updatedConsent(
  deps: Dependencies,
  { record, lease }: HeldLease,
  result: ConsentResult | null,
  { version, proofKey }: { readonly version: number } & Pick<BoundToken, "proofKey">,
  now: Date,
  signal: AbortSignal,
): Promise<StoredConsent | null> {
  const before = lease.reason === "consent" ? null : record.consent;
  if (!result) return before;
  const { refreshToken, refreshEndsAt, grantedScope, subject, customer } = result;
  const details = detailsAfter(before, result);
  return {
    consentedAt: before?.consentedAt ?? now,
    refresh: refreshToken ? await sealed(refreshToken) : kept(before?.refresh ?? null),
    grantedScope: grantedScope ?? before?.grantedScope ?? null,
    subject: before?.subject ?? (subject && deps.fingerprint(subject)),
    customer: customer ?? before?.customer ?? null,
    ...(details && { details }),
  };

  async function sealed(token: Sensitive): Promise<StoredRefreshToken> {
    const as = {
      connection: record.connection,
      version,
      kind: "refresh-token",
      terms: "",
    } as const;
    return {
      sealed: await deps.sealer.seal(sealedTextOf({ token, proofKey }), as, signal),
      version,
      fingerprint: deps.fingerprint(token.expose()),
      endsAt: refreshEndsAt ?? before?.refresh?.endsAt ?? null,
    };
  }

  function kept(refresh: StoredRefreshToken | null): StoredRefreshToken | null {
    return refresh && { ...refresh, endsAt: refreshEndsAt ?? refresh.endsAt };
  }
}

/** What more is known of a consent after another answer; null for nothing. */
function detailsAfter(
  before: StoredConsent | null,
  { grantedScope, details: answered = {} }: ConsentResult,
): ConsentDetails | null {
  const known = before?.details ?? {};
  const { withheldScope: _, addedScope: __, ...ofPerson } = { ...known, ...answered };
  // A scope stays what it was when the person was asked, even if the settings have come to ask for more.
  const isScopeNew = grantedScope !== null && grantedScope !== before?.grantedScope;
  const attributes = { ...known.attributes, ...answered.attributes };
  const details = {
    ...ofPerson,
    ...scopesIn(isScopeNew ? answered : known),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  };
  return Object.keys(details).length > 0 ? details : null;
}

function scopesIn({ withheldScope, addedScope }: ConsentDetails): ConsentDetails {
  return {
    ...(withheldScope !== undefined && { withheldScope }),
    ...(addedScope !== undefined && { addedScope }),
  };
}

/** The result of a consent, and who asked for it. */
export function asBegun(
  result: ConsentResult | null,
  begunBy: string | undefined,
): ConsentResult | null {
  if (!result || begunBy === undefined) return result;
  return { ...result, details: { ...result.details, begunBy } };
}
