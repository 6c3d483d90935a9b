import type { AuthorizationResponse } from "../../model/consent.ts";
import { Sensitive } from "../../model/sensitive.ts";

/** The known parameters. None may occur twice (RFC 6749 §3.1); others are ignored (§4.1.2). */
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

/** The person has denied access: `access_denied` (RFC 6749 §4.1.2.1), and similar codes of some providers. */
const denial = /deny|denied|cancel|declin|reject/i;

const mismatch: AuthorizationResponse = { kind: "mismatch" };

/** Reads a redirect's parameters. They are untrusted: any page can send a browser here. `kept`: further ones to return. */
export function readAuthorizationResponse(
  parameters: URLSearchParams,
  isIssuer: (issuer: string) => boolean,
  kept: readonly string[],
): AuthorizationResponse {
  if (known.some((name) => parameters.getAll(name).length > 1)) return mismatch;
  const issuer = parameters.get("iss");
  // RFC 9207 §2.4: another server's response is rejected, even if it is an error.
  if (issuer !== null && !isIssuer(issuer)) return mismatch;
  const code = parameters.get("code");
  const error = parameters.get("error");
  if ((code === null) === (error === null)) return mismatch;
  if (code === null) return readError(error);
  if (!codePattern.test(code)) return mismatch;
  const found = kept.flatMap((name) => {
    const value = parameters.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return { kind: "code", code: new Sensitive(code), parameters: Object.fromEntries(found) };
}

function readError(error: string | null): AuthorizationResponse {
  if (!error) return mismatch;
  if (denial.test(error)) return { kind: "denied" };
  return { kind: "failed", error: errors.has(error) ? error : "unknown" };
}

/** Checks a stated issuer: it must be the configured one or, without one, have the origin of a provider's address. */
export function issuerCheck(
  issuer: string | undefined,
  addresses: readonly string[],
): (stated: string) => boolean {
  if (issuer !== undefined) return (stated) => stated === issuer;
  const origins = addresses.map((address) => new URL(address).origin);
  return (stated) => origins.some((origin) => origin === URL.parse(stated)?.origin);
}
