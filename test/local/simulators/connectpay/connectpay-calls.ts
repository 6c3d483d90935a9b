import { randomUUID } from "node:crypto";
import { request as send } from "node:https";
import { json as jsonFrom } from "node:stream/consumers";
import type {
  ConnectPay,
  ConnectPayOptions,
} from "../../../../local/simulators/connectpay/connectpay.ts";
import { startConnectPay } from "../../../../local/simulators/connectpay/connectpay.ts";
import type { CertificateAndKey } from "../../../../local/simulators/kit/certificates.ts";
import { defaultUser } from "../../../../local/simulators/oauth/users.ts";
import { basicHeader, stopAfterTest } from "../conferma-calls.ts";
import { createUserAgent } from "../oauth/user-agent.ts";

const redirectUrl = "https://vending.example.test/callback/connectpay/stage";
const client = {
  clientId: "dev-app",
  clientSecret: "canary/secret+1",
  name: "Token vending",
  redirectUris: [redirectUrl],
};

/** As documented by ConnectPay, and as RFC 6749 §2.3.1 requires. */
export const basicHeaders = {
  raw: basicHeader(client.clientId, client.clientSecret),
  formEncoded: basicHeader(client.clientId, encodeURIComponent(client.clientSecret)),
};

export const requestId = () => randomUUID();

export const connectPayApi = async (options: ConnectPayOptions = {}) =>
  stopAfterTest(await startConnectPay({ clients: [client], ...options }));

export function connectPayAuthorizeUrl(
  simulator: ConnectPay,
  changes: Record<string, string | undefined> = {},
): URL {
  const url = new URL(simulator.authorizeUrl);
  const parameters = {
    response_type: "code",
    client_id: "dev-app",
    flowid: "GetPSD2AuthCode",
    nonce: randomUUID(),
    scope: "psd2-ais",
    state: "state-1",
    redirect_url: redirectUrl,
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

export interface TlsRequest {
  readonly form?: Readonly<Record<string, string>>;
  /** Override the correct headers; an empty value removes one. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the registered one. Undefined: none. */
  readonly certificate?: CertificateAndKey | undefined;
}

export interface TlsResponse {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** One request over mTLS, each on a connection of its own. */
export async function requestOverTls(
  simulator: ConnectPay,
  url: string,
  call: TlsRequest = {},
): Promise<TlsResponse> {
  const { chain: cert, privateKey: key } =
    ("certificate" in call ? call.certificate : simulator.clientCertificate) ?? {};
  const headers = {
    authorization: basicHeaders.raw,
    "x-request-id": requestId(),
    ...(call.form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
    ...call.headers,
  };
  const response = await new Promise<Parameters<typeof jsonFrom>[0] & { statusCode?: number }>(
    (resolve, reject) => {
      const outgoing = send(url, {
        method: call.form ? "POST" : "GET",
        headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== "")),
        agent: false,
        ca: simulator.authority.certificate,
        cert,
        key,
      });
      outgoing.on("response", resolve).on("error", reject);
      outgoing.end(new URLSearchParams(call.form).toString());
    },
  );
  const json = (await jsonFrom(response)) as Record<string, unknown>;
  return { status: response.statusCode ?? 0, json };
}

export async function obtainConnectPayCode(simulator: ConnectPay): Promise<string> {
  const callback = await createUserAgent(defaultUser).consent(connectPayAuthorizeUrl(simulator));
  return callback.searchParams.get("code") ?? "";
}

export function redeemConnectPayCode(
  simulator: ConnectPay,
  code: string,
  call: TlsRequest = {},
): Promise<TlsResponse> {
  const form = { grant_type: "authorization_code", code, ...call.form };
  return requestOverTls(simulator, simulator.tokenUrl, { ...call, form });
}

export function refreshConnectPayToken(
  simulator: ConnectPay,
  refreshToken: unknown,
): Promise<TlsResponse> {
  const form = { grant_type: "refresh_token", refresh_token: String(refreshToken) };
  return requestOverTls(simulator, simulator.tokenUrl, { form });
}

export async function obtainConnectPayTokens(simulator: ConnectPay): Promise<TlsResponse["json"]> {
  return (await redeemConnectPayCode(simulator, await obtainConnectPayCode(simulator))).json;
}

export async function statusWithToken(simulator: ConnectPay, token: unknown): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await requestOverTls(simulator, simulator.pingUrl, { headers })).status;
}
