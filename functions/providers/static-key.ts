import * as v from "valibot";
import type { Clock } from "../model/clock.ts";
import type { Issued, Issuer, NotIssued, Presentation } from "../model/provider.ts";
import type { Sensitive } from "../model/sensitive.ts";
import type { HttpResponse } from "../platform/http-request.ts";
import { HttpFailure } from "../platform/http-request.ts";
import { parseInstant } from "./instant.ts";
import { notIssued } from "./not-issued.ts";
import { retryAfterMs } from "./retry-after.ts";
import { headerKey, readSecret } from "./secret-fields.ts";
import type { IssuerContext } from "./token-exchange.ts";

interface StaticKeySettings {
  readonly apiBaseUrl?: string | undefined;
  /** Where the provider says whether a key is valid. Without it a key is adopted as it is. */
  readonly probePath?: string | undefined;
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
}

interface Key {
  readonly key: Sensitive;
  readonly expiresAt: Date | null;
}

/** The instant after which a key is not to be used, if its owner knows one. */
const expiresAt = v.optional(
  v.pipe(
    v.string(),
    v.check((text) => parseInstant(text) !== null, "must be an instant with an offset (ISO 8601)"),
  ),
);

/** A key that the provider handed out once, kept in a secret under `field`; rotated by rotating the secret. */
export function staticKeyIssuer(
  settings: StaticKeySettings,
  presentation: Presentation,
  wire: IssuerContext,
  field: "apiKey" | "partnerProvisioningToken",
): Issuer {
  const schema = v.object({ [field]: headerKey, expiresAt });
  return {
    openGrant(text) {
      const secret = readSecret(text, schema) as Record<typeof field, Sensitive> & {
        expiresAt?: string;
      };
      const key = {
        key: secret[field],
        expiresAt: secret.expiresAt ? parseInstant(secret.expiresAt) : null,
      };
      return {
        revocationScope: null,
        callsProvider: settings.probePath !== undefined,
        issue: (signal) => adopt(settings, presentation, wire, key, signal),
      };
    },
  };
}

async function adopt(
  settings: StaticKeySettings,
  presentation: Presentation,
  wire: IssuerContext,
  key: Key,
  signal: AbortSignal,
): Promise<Issued | NotIssued> {
  const now = wire.clock.now();
  if (key.expiresAt && key.expiresAt <= now)
    return notIssued("credentials-rejected", expired(key.expiresAt));
  const doubt = await probe(settings, presentation, wire, key.key, signal);
  if (doubt) return doubt;
  return {
    kind: "issued",
    token: key.key,
    lifetime: { kind: "unlimited", until: key.expiresAt },
    expiresAt: key.expiresAt,
    requestedAt: now,
    receivedAt: now,
    consent: null,
  };
}

/** Asks the provider about a key, once; null when it vouches for it or there is nobody to ask. */
async function probe(
  { apiBaseUrl, probePath, extraHeaders }: StaticKeySettings,
  { headerName, scheme }: Presentation,
  { send, clock }: IssuerContext,
  key: Sensitive,
  signal: AbortSignal,
): Promise<NotIssued | null> {
  if (apiBaseUrl === undefined || probePath === undefined) return null;
  const value = scheme ? `${scheme} ${key.expose()}` : key.expose();
  const headers = { accept: "application/json", ...extraHeaders, [headerName]: value };
  try {
    const response = await send(
      { method: "GET", url: `${apiBaseUrl}${probePath}`, headers },
      signal,
    );
    return readProbe(response, clock);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return notIssued(
      "provider-unavailable",
      "The key could not be checked: the provider did not answer.",
    );
  }
}

/**
 * CFIS answers 200 with `isValid`, 400 or 401; an expired key has no documented status, so every refusal in the range
 * of 4xx but those about the request itself counts. https://developer-partnerapi.confirmafinance.com/validate-access-token-4087227e0
 */
function readProbe(response: HttpResponse, clock: Clock): NotIssued | null {
  const { status, body, headers } = response;
  const retry = { retryAfterMs: retryAfterMs(headers, clock) };
  if (status === 429)
    return notIssued("provider-throttled", "The provider asks for fewer requests.", retry);
  if (status >= 500 || status === 408)
    return notIssued(
      "provider-unavailable",
      `The provider answered ${status} when asked about the key.`,
      retry,
    );
  if (status >= 200 && status < 300)
    return /"isValid"\s*:\s*false/i.test(body ?? "") ? refused(status) : null;
  if (status < 400 || status === 404 || status === 405) {
    return notIssued(
      "provider-malformed",
      `The provider answered ${status} when asked about the key; is probePath right?`,
      retry,
    );
  }
  return refused(status);
}

function refused(status: number): NotIssued {
  return notIssued(
    "credentials-rejected",
    `The provider says that this key is not valid (${status}). Put a new key into the secret.`,
  );
}

function expired(at: Date): string {
  return `This key expired at ${at.toISOString()}. Put a new key into the secret.`;
}
