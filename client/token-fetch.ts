import type { CallOptions, VendOptions } from "./call-options.ts";
import type { VendedCredential } from "./credential.ts";
import { safeAddress } from "./safe-address.ts";

/** `RequestInit`, but that redirects are never followed: a provider's key must not travel to another host. */
export interface TokenRequestInit extends Omit<RequestInit, "redirect"> {
  /** `manual` (the default): a redirect is the response. `error`: it is a failure. */
  readonly redirect?: "manual" | "error";
}

interface TokenSource {
  vend(options: VendOptions): Promise<VendedCredential>;
  reject(version: number, options: CallOptions): Promise<VendedCredential>;
}

/** A request with the credential, and what follows from a 401. */
export async function tokenFetch(
  client: TokenSource,
  call: VendOptions,
  address: string | URL,
  init: TokenRequestInit,
): Promise<Response> {
  const url = safeAddress(address);
  const credential = await client.vend(call);
  const response = await send(url, init, credential);
  if (response.status !== 401) return response;

  const { version } = credential;
  const current = await client.reject(version, call).catch(() => {
    call.signal?.throwIfAborted();
    return credential;
  });
  // A stream has been read by now.
  if (current.version === version || Symbol.asyncIterator in Object(init.body)) return response;
  await response.body?.cancel();
  return send(url, init, current);
}

function send(url: URL, init: TokenRequestInit, credential: VendedCredential): Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(credential.headers)) headers.set(name, value);
  const redirect = init.redirect === "error" ? "error" : "manual";
  return fetch(url, { ...init, headers, redirect });
}
