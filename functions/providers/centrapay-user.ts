import { plusMs } from "../model/clock.ts";
import type { ConsentFlow } from "../model/consent.ts";
import type { Issuer } from "../model/provider.ts";
import type { CodeSettings, ServerProfile } from "./authorization-code.ts";
import { authorizationCodeFlow, authorizationCodeIssuer } from "./authorization-code.ts";
import type { IssuerContext } from "./token-exchange.ts";

/** Sixty days: https://docs.centrapay.com/api/auth */
const refreshMs = 60 * 86_400_000;

/**
 * OpenID Connect with PKCE. No answer says how long the refresh token lasts; where refreshing replaces it, the new one
 * ends when the first would have, as AWS Cognito has it.
 */
const ways: ServerProfile = {
  basicEncoding: "raw",
  longestDays: 1,
  refreshEndsAt: (_, { requestedAt }, isFirst) => (isFirst ? plusMs(requestedAt, refreshMs) : null),
};

type Settings = Omit<CodeSettings, "pkce">;

export function centrapayUserIssuer(settings: Settings, wire: IssuerContext): Issuer {
  return authorizationCodeIssuer({ ...settings, pkce: true }, wire, ways);
}

export function centrapayUserFlow(settings: Settings, wire: IssuerContext): ConsentFlow {
  return authorizationCodeFlow({ ...settings, pkce: true }, wire, ways);
}
