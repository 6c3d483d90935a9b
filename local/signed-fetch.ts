import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../functions/platform/sha256.ts";
import { LOCAL_LOCATION } from "./aws/arns.ts";
import type { AccessKeys } from "./aws/sigv4/principals.ts";

/** `fetch` for API Gateway, signed with these keys. */
export async function signedFetch(
  keys: AccessKeys,
  url: string,
  { method = "GET", body }: { readonly method?: string; readonly body?: string } = {},
): Promise<Response> {
  const { host, hostname, pathname, searchParams } = new URL(url);
  const signer = new SignatureV4({
    ...{ service: "execute-api", region: LOCAL_LOCATION.region, credentials: keys, sha256: Sha256 },
  });
  const names = new Set(searchParams.keys());
  const { headers } = await signer.sign({
    ...{ method, hostname, protocol: "http:", path: pathname, body },
    query: Object.fromEntries([...names].map((name) => [name, searchParams.getAll(name)])),
    headers: { host, ...(body === undefined ? {} : { "content-type": "application/json" }) },
  });
  return fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
}
