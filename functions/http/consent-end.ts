import type { TokenRecord } from "../model/token-record.ts";

/** When a consent ends unless it is renewed: without a refresh token, with its first token. Null: nobody said. */
export function consentEndsAt({ consent, token }: TokenRecord): Date | null {
  if (consent?.refresh) return consent.refresh.endsAt;
  return token?.expiresAt ?? token?.usableUntil ?? null;
}
