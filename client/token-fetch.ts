import type { CallOptions, VendOptions } from "./call-options.ts";
import type { VendedCredential } from "./credential.ts";
import { safeAddress } from "./safe-address.ts";

/** `RequestInit` without following redirects: a provider's key must not be sent to another host. */
export interface TokenRequestInit extends Omit<RequestInit, "redirect"> {
  /** `manual` (the default) returns a redirect as the response; `error` throws. */
  readonly redirect?: "manual" | "error";
}

interface TokenSource {
  vend(options: VendOptions): Promise<VendedCredential>;
  reject(version: number, options: CallOptions): Promise<VendedCredential>;
}

/** Sends a request with the credential. After a 401, reports its version and retries once with the next one. */
export async function tokenFetch(
  client: TokenSource,
  call: VendOptions,
  address: string | URL,
  init: TokenRequestInit,
): Promise<Response> {
  const url = safeAddress(address);
  const credential = await client.vend(call);
  const response = await sendWith(url, init, credential);
  if (response.status !== 401) return response;

  const { version } = credential;
  const current = await client.reject(version, call).catch(() => {
    call.signal?.throwIfAborted();
    return credential;
  });
  // A stream has been consumed and cannot be sent again.
  if (current.version === version || Symbol.asyncIterator in Object(init.body)) return response;
  await response.body?.cancel();
  return sendWith(url, init, current);
}

export function sendWith(
  url: URL,
  init: TokenRequestInit,
  credential: VendedCredential,
): Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(credential.headers)) headers.set(name, value);
  const redirect = init.redirect === "error" ? "error" : "manual";
  return fetch(url, { ...init, headers, redirect });
}
