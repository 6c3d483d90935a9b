import type { CallOptions } from "./call-options.ts";
import type { VendedCredential } from "./credential.ts";
import { safeAddress } from "./safe-address.ts";
import type { TokenClientOptions } from "./token-client.ts";
import { createTokenClient } from "./token-client.ts";
import type { TokenRequestInit } from "./token-fetch.ts";
import { sendWith } from "./token-fetch.ts";

/** What is to be proven. */
interface ProofDemand {
  /** The method and the address of the request that is to be sent: `GET https://api.example.com/payments`. */
  readonly proofFor: string;
  /** What the provider has answered in the header `DPoP-Nonce`, if it has. */
  readonly proofNonce?: string;
}

/** The credentials of a connection whose tokens are bound to a key (`dpop`, RFC 9449). Each is for one request, once. */
export interface ProvenClient {
  /**
   * Returns a credential whose headers prove the key for this request.
   *
   * @throws {TokenClientError} when there is none; the signal's reason when it is aborted.
   */
  vend(proof: ProofDemand, options?: CallOptions): Promise<VendedCredential>;
  /** Reports that the provider answered 401 to this version, for another reason than its nonce, and vends. */
  reject(version: number, proof: ProofDemand, options?: CallOptions): Promise<VendedCredential>;
  /**
   * As the `fetch` of a `TokenClient`, with a proof for each request. If the provider wants its nonce in the proof, the
   * request is sent once more with it, and the nonce is used until the provider tells another.
   */
  fetch(
    url: string | URL,
    init?: TokenRequestInit,
    options?: Pick<CallOptions, "context">,
  ): Promise<Response>;
}

/**
 * Creates a client for one connection. It caches nothing: each request asks token vending, which signs the proof.
 *
 * @example
 * ```ts
 * import { createProvenClient } from "./client/proven-client.ts";
 * import type { Transport } from "./client/transport.ts";
 *
 * export async function countPayments(transport: Transport): Promise<number> {
 *   const ledger = createProvenClient({ connection: "client-credentials/ledger/default", transport });
 *   const response = await ledger.fetch("https://api.ledger.example/v1/payments");
 *   return Number(response.headers.get("x-count"));
 * }
 * ```
 */
export function createProvenClient(options: TokenClientOptions): ProvenClient {
  /** The last that each origin has told. */
  const nonces = new Map<string, string>();
  /** A client that asks once: what it caches is nobody else's. */
  const clientFor = (proof: ProofDemand) =>
    createTokenClient({
      ...options,
      transport: (request, signal) => options.transport({ ...request, ...proof }, signal),
    });

  const client: ProvenClient = {
    vend: (proof, call) => clientFor(proof).vend(call),
    reject: (version, proof, call) => clientFor(proof).reject(version, call),
    async fetch(address, init = {}, { context } = {}) {
      const url = safeAddress(address);
      const call = { context, signal: init.signal };
      // As it is sent: `fetch` writes some methods in capitals.
      const { method } = new Request(url, { method: init.method ?? "GET" });
      const proof = (): ProofDemand => {
        const proofNonce = nonces.get(url.origin);
        return { proofFor: `${method} ${url.href}`, ...(proofNonce && { proofNonce }) };
      };
      const send = async (credential: VendedCredential) => {
        const response = await sendWith(url, init, credential);
        const nonce = response.headers.get("dpop-nonce");
        if (nonce) nonces.set(url.origin, nonce);
        return response;
      };
      // A stream has been consumed and cannot be sent again.
      const isSentOnce = Symbol.asyncIterator in Object(init.body);

      let credential = await client.vend(proof(), call);
      let response = await send(credential);
      if (wantsNonce(response) && !isSentOnce) {
        await response.body?.cancel();
        credential = await client.vend(proof(), call);
        response = await send(credential);
      }
      if (response.status !== 401 || wantsNonce(response)) return response;
      const { version } = credential;
      const current = await client.reject(version, proof(), call).catch(() => credential);
      init.signal?.throwIfAborted();
      if (current.version === version || isSentOnce) return response;
      await response.body?.cancel();
      return send(current);
    },
  };
  return client;
}

/** RFC 9449 §9. */
function wantsNonce({ status, headers }: Response): boolean {
  return status === 401 && /use_dpop_nonce/.test(headers.get("www-authenticate") ?? "");
}
