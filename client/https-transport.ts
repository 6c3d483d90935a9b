import { safeAddress } from "./safe-address.ts";
import type { Transport } from "./transport.ts";
import { transportError } from "./transport.ts";
import type { LinkRequests } from "./with-links.ts";

/** A request in the form that `@smithy/signature-v4` expects. */
export interface SignableRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  /** Percent-encoded, as it is sent. */
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body: string | null;
}

/** For example `SignatureV4` for the service `execute-api`. */
export interface RequestSigner {
  sign(request: SignableRequest): Promise<{ readonly headers: Readonly<Record<string, string>> }>;
}

export interface HttpsTransportOptions {
  /**
   * Everything before `/v1/tokens`: the API's address with its stage. `undefined` (an environment variable that is not
   * set) throws at once.
   */
  readonly baseUrl: string | undefined;
  readonly signer: RequestSigner;
  /**
   * `withLinks` of with-links.ts: with `consent-required`, get a link for the person. The role needs
   * `grantVendWithLinksOverApi` instead of `grantVendOverApi`.
   */
  readonly withLinks?: LinkRequests;
}

/**
 * Vends over the API, signed by the caller's role, which needs `execute-api:Invoke` on the connection's path and
 * nothing else. A rejection is answered with the current token, however short its remaining life.
 *
 * @throws {TypeError} when `baseUrl` is not set or is not https (http is for loopback hosts).
 *
 * @example
 * ```ts
 * import { fromEnv } from "@aws-sdk/credential-provider-env";
 * import { Sha256 } from "@smithy/core/checksum";
 * import { SignatureV4 } from "@smithy/signature-v4";
 * import { httpsTransport } from "./client/https-transport.ts";
 *
 * export const transport = httpsTransport({
 *   baseUrl: process.env["TOKEN_VENDING_URL"],
 *   signer: new SignatureV4({
 *     service: "execute-api",
 *     region: "ap-southeast-2",
 *     credentials: fromEnv(),
 *     sha256: Sha256,
 *   }),
 * });
 * ```
 */
export function httpsTransport({ baseUrl, signer, withLinks }: HttpsTransportOptions): Transport {
  const base = safeAddress(baseUrl ?? "").href.replace(/\/$/, "");

  return async ({ connection, rejectedVersion: version, consentId, ...query }, signal) => {
    const path = encodeURIComponent(connection).replaceAll("%2F", "/");
    const tokens = `tokens/${path}`;
    const [method, place] = version
      ? ["POST", `${tokens}/rejections`]
      : (withLinks?.route(path, consentId) ?? ["GET", tokens]);
    const body = version
      ? JSON.stringify({ version, ...query, minValiditySeconds: undefined })
      : null;
    const url = new URL(`${base}/v1/${place}`);
    if (!body) url.search = `${new URLSearchParams(query as Record<never, never>)}`;
    const { headers } = await signer.sign({
      method,
      body,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, "content-type": "application/json" },
    });
    return readAnswer(await fetch(url, { method, body, headers, redirect: "manual", signal }));
  };
}

/** In the form that an invocation returns. An answer that is not token vending's is API Gateway's own: an error. */
async function readAnswer(response: Response): Promise<unknown> {
  if (response.ok) return response.json();
  const isProblem = response.headers.get("content-type")?.includes("problem");
  if (isProblem) return { problem: await response.json() };
  throw transportError(`HTTP${response.status}`, response.status);
}
