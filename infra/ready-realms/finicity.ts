import type { ReadyClientRealm, ReadyRealmFacts } from "./ready-realm.ts";

interface FinicityOptions {
  /** The realm's: your choice. Sandbox and production differ by their credentials only. */
  readonly environment: string;
  /** The App Key: sent with every request, and in clear among the settings. */
  readonly appKey: string;
}

/** Mastercard Open Finance in the United States, which was Finicity. */
export function finicity({ environment, appKey }: FinicityOptions): ReadyClientRealm {
  const origin = "https://api.finicity.com";
  const headers = { "Finicity-App-Key": appKey };
  return {
    provider: "client-credentials",
    environment,
    tokenUrl: `${origin}/aggregation/v2/partners/authentication`,
    clientAuthentication: "post",
    requestFormat: "json",
    parameterNames: { grant_type: null, client_id: "partnerId", client_secret: "partnerSecret" },
    tokenHeaders: headers,
    answer: { accessToken: "token" },
    lifetimeSeconds: 7200,
    earlySeconds: 1800,
    presentation: { headerName: "Finicity-App-Token", scheme: null },
    extraHeaders: headers,
    apiBaseUrl: origin,
  };
}

const guide = "https://docs.finicity.com/authentication-and-integration/";
const partners = "https://support.finicity.com/hc/en-us/articles/201702709-Partners";
const errors =
  "https://developer.mastercard.com/open-finance-us/documentation/errors/error-codes/10001/";

export const finicityFacts: ReadyRealmFacts = {
  provider: "Mastercard Open Finance (Finicity)",
  secret: { clientId: "the Partner ID", clientSecret: "the Partner Secret" },
  facts: [
    [
      "`POST /aggregation/v2/partners/authentication`, JSON with `partnerId` and `partnerSecret`",
      partners,
    ],
    ["`Finicity-App-Key` is a header of this request and of all others", partners],
    ["the answer has `token`, which is sent in `Finicity-App-Token`", guide],
    ["a token is valid for two hours, which no answer states; several are valid at once", guide],
    [
      "a new one is wanted after 90 minutes; ours is requested a fifth of its life before its end",
      guide,
    ],
    [
      "five failed attempts lock the account; ours with one secret are one, or two while it changes",
      guide,
    ],
    ["requests must come from the United States or Canada", guide],
    ["a wrong request is answered 401, with a code of Finicity's", errors],
    [
      "the App Key opens nothing without the other two: it is a setting, and no member of the secret",
      null,
    ],
    ["wrong credentials are answered 401 as well", null],
  ],
  example: () => finicity({ environment: "finicity-sandbox", appKey: "0a1b2c3d4e5f" }),
};
