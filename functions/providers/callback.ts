import type { AuthorizationResponse } from "../model/consent.ts";
import { Sensitive } from "../model/sensitive.ts";

/** Those that mean something: each comes once at most (RFC 6749 §3.1). Others are ignored (§4.1.2). */
const known = ["code", "error", "state", "iss", "error_description", "error_uri"];

const codePattern = /^[\x20-\x7e]{1,4096}$/;

/** RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6. */
const errors: ReadonlySet<string> = new Set([
  "invalid_request",
  "unauthorized_client",
  "unsupported_response_type",
  "invalid_scope",
  "server_error",
  "temporarily_unavailable",
  "interaction_required",
  "login_required",
  "account_selection_required",
  "consent_required",
  "request_not_supported",
]);

/** A person's no: `access_denied` (RFC 6749 §4.1.2.1), and what else providers call it. */
const denial = /deny|denied|cancel|declin|reject/i;

const mismatch: AuthorizationResponse = { kind: "mismatch" };

/** What a redirect says, of which nothing is believed: any page may send a browser here. */
export function readCallback(
  parameters: URLSearchParams,
  isIssuer: (issuer: string) => boolean,
): AuthorizationResponse {
  if (known.some((name) => parameters.getAll(name).length > 1)) return mismatch;
  const issuer = parameters.get("iss");
  // RFC 9207 §2.4: an answer of another server is none, an error included.
  if (issuer !== null && !isIssuer(issuer)) return mismatch;
  const code = parameters.get("code");
  const error = parameters.get("error");
  if ((code === null) === (error === null)) return mismatch;
  return code === null ? readError(error) : readCode(code);
}

function readCode(code: string): AuthorizationResponse {
  return codePattern.test(code) ? { kind: "code", code: new Sensitive(code) } : mismatch;
}

function readError(error: string | null): AuthorizationResponse {
  if (!error) return mismatch;
  if (denial.test(error)) return { kind: "denied" };
  return { kind: "failed", error: errors.has(error) ? error : "unknown" };
}

/** Where no issuer is pinned, the provider's name for itself must be on a host that it is known to have. */
export function issuerCheck(
  issuer: string | undefined,
  addresses: readonly string[],
): (stated: string) => boolean {
  if (issuer !== undefined) return (stated) => stated === issuer;
  const origins = addresses.map((address) => new URL(address).origin);
  return (stated) => origins.includes(URL.parse(stated)?.origin ?? "");
}
