import type { RenewalPolicy } from "../../functions/model/provider.ts";

/** Conferma's: a new token revokes the old one, and none may be requested before expiry. */
export const atExpiry: RenewalPolicy = { renewal: "at-expiry" };

/** Send's: a new token revokes the old one, and is requested twenty seconds before expiry. */
export const atHandover: RenewalPolicy = { renewal: "at-handover", beforeExpiryMs: 20_000 };

/** An ordinary OAuth server's: old and new tokens coexist. */
export const early: RenewalPolicy = { renewal: "early", beforeExpiryMs: 300_000 };

/** A consent's: each new token uses the refresh token. */
export const byConsent: RenewalPolicy = { renewal: "by-consent", beforeExpiryMs: 300_000 };

/** A static key's: the value of the secret. */
export const onRotation: RenewalPolicy = {
  renewal: "on-rotation",
  recheckMs: 5000,
  hasProbe: false,
};

/** … that the provider can be asked about. */
export const onRotationWithProbe: RenewalPolicy = { ...onRotation, hasProbe: true };
