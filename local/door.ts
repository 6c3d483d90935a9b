import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";

/** A provider's API that opens for a credential, and what it takes to be let in by TLS. */
export interface ProtectedApi {
  readonly pingUrl: string;
  /** PEM. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** The status that the API answers. */
export async function ping(
  { pingUrl, tls }: ProtectedApi,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  if (!tls) {
    const response = await fetch(pingUrl, { headers });
    await response.arrayBuffer();
    return response.status;
  }
  const asked = request(pingUrl, { ...tls, headers, agent: false }).end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  await response.resume().toArray();
  return response.statusCode ?? 0;
}
