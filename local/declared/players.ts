import type { ProviderId, RealmSettings } from "../../functions/providers/catalogue.ts";
import type { StartPlayer } from "./declared-realm.ts";
import { playAuthorizationCode } from "./play-authorization-code.ts";
import { playClientCredentials } from "./play-client-credentials.ts";
import { playCentrapayUser, playConnectPay } from "./play-consents.ts";
import { playCentrapayKey, playCfis, playCfisProvisioning, playStaticKey } from "./play-keys.ts";
import { playConferma, playSendPayments } from "./play-tokens.ts";

/** A provider that is missing here is said to be, at the start. */
const players: {
  readonly [Id in ProviderId]?: StartPlayer<Extract<RealmSettings, { provider: Id }>>;
} = {
  "authorization-code": playAuthorizationCode,
  "centrapay-api-key": playCentrapayKey,
  "centrapay-user": playCentrapayUser,
  cfis: playCfis,
  "cfis-provisioning": playCfisProvisioning,
  "client-credentials": playClientCredentials,
  conferma: playConferma,
  connectpay: playConnectPay,
  "send-payments": playSendPayments,
  "static-key": playStaticKey,
};

export function playerOf(provider: ProviderId): StartPlayer | undefined {
  return players[provider] as StartPlayer | undefined;
}
