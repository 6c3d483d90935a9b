import { randomUUID } from "node:crypto";
import { request as send } from "node:https";
import { json as jsonFrom } from "node:stream/consumers";
import type {
  ConnectPay,
  ConnectPayOptions,
} from "../../../../local/simulators/connectpay/connectpay.ts";
import { startConnectPay } from "../../../../local/simulators/connectpay/connectpay.ts";
import type { CertificateAndKey } from "../../../../local/simulators/kit/certificates.ts";
import { mere } from "../../../../local/simulators/oauth/people.ts";
import { basic, during } from "../calls.ts";
import { aPerson } from "../oauth/a-person.ts";

const redirectUrl = "https://vending.example.test/callback/connectpay/stage";
const client = {
  clientId: "dev-app",
  clientSecret: "canary/secret+1",
  name: "Token vending",
  redirectUris: [redirectUrl],
};

/** As the documents have it, and as RFC 6749 §2.3.1 would. */
export const secret = {
  raw: basic(client.clientId, client.clientSecret),
  formEncoded: basic(client.clientId, encodeURIComponent(client.clientSecret)),
};

export const requestId = () => randomUUID();

export const connectPay = async (options: ConnectPayOptions = {}) =>
  during(await startConnectPay({ clients: [client], ...options }));

export function authorizeUrl(
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

export interface Call {
  readonly form?: Readonly<Record<string, string>>;
  /** Added to the right ones; an empty one takes its header away. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The registered one if unsaid; undefined: none. */
  readonly certificate?: CertificateAndKey | undefined;
}

export interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** One request over mTLS, each on a connection of its own. */
export async function over(simulator: ConnectPay, url: string, call: Call = {}): Promise<Answer> {
  const { chain: cert, privateKey: key } =
    ("certificate" in call ? call.certificate : simulator.clientCertificate) ?? {};
  const headers = {
    authorization: secret.raw,
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

export async function codeOf(simulator: ConnectPay): Promise<string> {
  const callback = await aPerson(mere).consent(authorizeUrl(simulator));
  return callback.searchParams.get("code") ?? "";
}

export function redeem(simulator: ConnectPay, code: string, call: Call = {}): Promise<Answer> {
  const form = { grant_type: "authorization_code", code, ...call.form };
  return over(simulator, simulator.tokenUrl, { ...call, form });
}

export function refresh(simulator: ConnectPay, refreshToken: unknown): Promise<Answer> {
  const form = { grant_type: "refresh_token", refresh_token: String(refreshToken) };
  return over(simulator, simulator.tokenUrl, { form });
}

export async function tokensOf(simulator: ConnectPay): Promise<Answer["json"]> {
  return (await redeem(simulator, await codeOf(simulator))).json;
}

export async function withToken(simulator: ConnectPay, token: unknown): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await over(simulator, simulator.pingUrl, { headers })).status;
}
