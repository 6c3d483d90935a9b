import type { RenewalPolicy } from "../../functions/model/provider.ts";

/** Conferma's: a new token revokes the old, and none may be asked for before expiry. */
export const atExpiry: RenewalPolicy = { renewal: "at-expiry" };

/** Send's: a new token revokes the old, and is asked for twenty seconds before expiry. */
export const atHandover: RenewalPolicy = { renewal: "at-handover", beforeExpiryMs: 20_000 };

/** An ordinary server's: old and new live side by side. */
export const early: RenewalPolicy = { renewal: "early", beforeExpiryMs: 300_000 };

/** A person's: each new token costs the refresh token of a consent. */
export const byConsent: RenewalPolicy = { renewal: "by-consent", beforeExpiryMs: 300_000 };

/** A static key's: whatever the secret holds. */
export const onRotation: RenewalPolicy = {
  renewal: "on-rotation",
  recheckMs: 5000,
  hasProbe: false,
};

/** … that the provider can be asked about. */
export const onRotationWithProbe: RenewalPolicy = { ...onRotation, hasProbe: true };
