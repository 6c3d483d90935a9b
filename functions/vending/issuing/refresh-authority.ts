import type { RefreshAuthority } from "../../model/consent.ts";
import type { Dependencies } from "../../model/dependencies.ts";
import { VendingError } from "../../model/errors.ts";
import type { TokenRecord } from "../../model/token-record.ts";

/**
 * What a person's consent left to renew with; null where nobody consents. A refresh token that does not open is kept:
 * the right sealing key may come back, the consent would not.
 */
export async function refreshAuthority(
  deps: Dependencies,
  { connection, consent }: TokenRecord,
  signal: AbortSignal,
): Promise<RefreshAuthority | null> {
  if (deps.provider.policy.renewal !== "by-consent") return null;
  const { refresh, subject } = consent ?? {};
  if (!refresh) {
    throw new VendingError("consent-required", "There is no refresh token to renew with.");
  }
  const { sealed, version } = refresh;
  const as = { connection, version, kind: "refresh-token" } as const;
  const refreshToken = await deps.sealer.open(sealed, as, signal);
  if (!refreshToken) {
    deps.log.error("refresh-token-unreadable", { connection, fingerprint: refresh.fingerprint });
    const detail = "The refresh token was sealed under another key; give the function that key.";
    throw new VendingError("store-unavailable", detail, 60);
  }
  return {
    kind: "refresh-token",
    refreshToken,
    isSamePerson: (answered) => !subject || subject === deps.fingerprint(answered),
  };
}
