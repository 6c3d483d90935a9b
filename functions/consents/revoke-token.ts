import type { Connection } from "../model/connection.ts";
import { secretAccount } from "../model/connection.ts";
import type { RevocableToken, Revocation } from "../model/consent.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { describeError } from "../model/errors.ts";
import { isByConsent } from "../model/provider.ts";

/**
 * Has the provider revoke a token, within the time of one call. Null where it has no way to, and where there is no token.
 * Never fails, because what is to be kept or deleted here does not depend on it.
 */
export async function revokeToken(
  deps: Dependencies,
  connection: Connection,
  openToken: (signal: AbortSignal) => Promise<RevocableToken | null>,
  parent: AbortSignal,
): Promise<Revocation | null> {
  const { provider } = deps;
  if (!isByConsent(provider.policy) || !provider.consent) return null;
  const signal = deps.clock.timeout(deps.limits.deadlineMs, parent);
  try {
    const token = await openToken(signal);
    if (!token) return null;
    const account = secretAccount(deps, connection);
    const cached = () => deps.secrets.read(account, Number.POSITIVE_INFINITY, signal);
    const secret = await deps.secrets.read(account, 0, signal).catch(cached);
    return await (await provider.consent()).revoke(secret.text, token, signal);
  } catch (error) {
    deps.log.warn("consent-not-revoked", { connection, ...describeError(error) });
    return { isRevoked: false, answer: "was not asked, because of a failure on our side" };
  }
}

/** Of a revocation, for the log. */
export function revocationFields(revocation: Revocation | null): Readonly<Record<string, unknown>> {
  return {
    revoked: revocation?.isRevoked ?? null,
    ...(revocation && { answer: revocation.answer }),
  };
}
