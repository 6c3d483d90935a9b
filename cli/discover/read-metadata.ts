import {
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  processDiscoveryResponse,
} from "oauth4webapi";
import { isSafeAddress } from "../../functions/platform/environment.ts";
import type { CommandFailure } from "../failure.ts";
import { cliFailure, UsageError } from "../failure.ts";

/** What an authorization server publishes of itself, by its members' names (RFC 8414 §2). Nothing but `issuer` is checked. */
export interface ServerMetadata {
  readonly members: Readonly<Record<string, unknown>>;
  readonly issuer: string;
  /** Where it was read. */
  readonly address: string;
}

const maxBytes = 256 * 1024;
const defaultPatienceMs = 8000;

/** Throws a `UsageError` for what is no address of an issuer: https, http on this machine only, no query (RFC 8414 §2). */
export function parseIssuer(text = ""): URL {
  const url = URL.parse(text);
  if (url && isSafeAddress(text) && !text.includes("?")) return url;
  throw new UsageError(
    "Name the issuer by its https address, without a query, like https://login.acme.example.",
  );
}

/**
 * Reads the metadata of an issuer where RFC 8414 §3.1 says, otherwise where OpenID Connect Discovery does. Follows no
 * redirect, and takes no document of another issuer. Throws a `CommandFailure` with both reasons.
 */
export async function readMetadata(
  issuer: URL,
  patienceMs: number = defaultPatienceMs,
): Promise<ServerMetadata> {
  const reasons: string[] = [];
  for (const algorithm of ["oauth2", "oidc"] as const) {
    const read = await readDocument(issuer, algorithm, patienceMs);
    if (typeof read !== "string") return read;
    reasons.push(read);
  }
  throw noMetadata(reasons.join(" "));
}

function noMetadata(detail: string): CommandFailure {
  return cliFailure("no-metadata", "The issuer publishes nothing that can be used", detail);
}

/** Returns a sentence with the reason where there is no usable document. */
async function readDocument(
  issuer: URL,
  algorithm: "oauth2" | "oidc",
  patienceMs: number,
): Promise<ServerMetadata | string> {
  let address = issuer.href;
  let status = 0;
  try {
    const response = await discoveryRequest(issuer, {
      algorithm,
      signal: AbortSignal.timeout(patienceMs),
      // For an issuer on this machine: `parseIssuer` takes no other that is not https.
      [allowInsecureRequests]: issuer.protocol === "http:",
      [customFetch]: async (url, { headers, signal = null }) => {
        address = url;
        const answer = await fetch(url, { headers, signal, redirect: "manual" });
        status = answer.status;
        return new Response(await bodyOf(answer), { status, headers: answer.headers });
      },
    });
    const members = { ...(await processDiscoveryResponse(issuer, response)) };
    // Of two addresses that mean the same, only the slash that stands for no path may differ (RFC 8414 §3.3).
    if (members.issuer.replace(/\/$/, "") !== issuer.href.replace(/\/$/, ""))
      return `${address}: ${otherIssuer}.`;
    return { members, issuer: members.issuer, address };
  } catch (error) {
    return `${address}: ${reasonOf(error, status)}.`;
  }
}

const otherIssuer = "it is of another issuer";

class TooLong extends Error {
  override readonly name = "TooLong";
}

/** Fails with `TooLong` as soon as there are more bytes than any metadata needs. */
async function bodyOf(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new TooLong();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** In our own words: the libraries' messages and causes hold what was answered. */
function reasonOf(error: unknown, status: number): string {
  const { name = "Error", code = "", cause } = Object(error);
  if (error instanceof TooLong) return `its answer is longer than ${maxBytes / 1024} KB`;
  if (name === "TimeoutError") return "no answer in time";
  if (status >= 300 && status < 400) return "it redirects, which is not followed";
  if (status !== 0 && status !== 200) return `it answers ${status}`;
  if (code === "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED") return otherIssuer;
  if (status === 200) return "it is no JSON object with an issuer";
  return `no answer (${Object(cause).code ?? name})`;
}
