import type { Grant, Issued, Issuer, NotIssued, Presentation } from "../../model/provider.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import { unprintable } from "../../model/sensitive.ts";
import type { HttpRequest, HttpResponse } from "../../platform/http-request.ts";
import { HttpFailure } from "../../platform/http-request.ts";
import { notIssued, retryAfterMs } from "./error-response.ts";
import { parseInstant } from "./instant.ts";
import type { IssuerContext } from "./token-request.ts";
import { sendOrFailure } from "./token-request.ts";

export interface KeySettings {
  readonly apiBaseUrl?: string | undefined;
  /** The path that tells whether a key is valid. Without it a key is adopted unchecked. */
  readonly probePath?: string | undefined;
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
}

/** A key and its expiry, from the secret. */
export interface KeyFields {
  readonly key: Sensitive;
  /** ISO 8601, with an offset. */
  readonly expiresAt?: string | undefined;
}

interface Probe {
  readonly settings: KeySettings;
  readonly presentation: Presentation;
  readonly context: IssuerContext;
}

/** Adopts the secret's key. Where there is a `probePath`, the provider must first accept it. */
export function keyIssuer(
  readKey: (text: Sensitive) => KeyFields,
  settings: KeySettings,
  presentation: Presentation,
  context: IssuerContext,
): Issuer {
  const probe = { settings, presentation, context };
  return {
    openGrant(text) {
      const fields = readKey(text);
      return unprintable<Grant>({
        revocationScope: null,
        callsProvider: settings.probePath !== undefined,
        issue: (signal) => adopt(fields, probe, signal),
      });
    },
  };
}

async function adopt(
  { key, expiresAt: text }: KeyFields,
  probe: Probe,
  signal: AbortSignal,
): Promise<Issued | NotIssued> {
  const now = probe.context.clock.now();
  const expiresAt = text === undefined ? null : parseInstant(text);
  if (expiresAt && expiresAt <= now) return notIssued("credentials-rejected", expired(expiresAt));
  const rejection = await checkKey(key, probe, signal);
  if (rejection) return rejection;
  return {
    kind: "issued",
    token: key,
    lifetime: { kind: "unlimited", until: expiresAt },
    expiresAt,
    requestedAt: now,
    receivedAt: now,
    consent: null,
  };
}

/** Sends one probe with the key; null when the provider accepts it, or there is no probe. */
async function checkKey(
  key: Sensitive,
  { settings, presentation, context }: Probe,
  signal: AbortSignal,
): Promise<NotIssued | null> {
  const { apiBaseUrl, probePath, extraHeaders } = settings;
  if (apiBaseUrl === undefined || probePath === undefined) return null;
  const { headerName, scheme } = presentation;
  const value = scheme ? `${scheme} ${key.expose()}` : key.expose();
  const headers = { accept: "application/json", ...extraHeaders, [headerName]: value };
  const url = `${apiBaseUrl}${probePath}`;
  const request = unprintable<HttpRequest>({ method: "GET", url, headers });
  const response = await sendOrFailure(context, request, signal);
  if (response instanceof HttpFailure) return notIssued("provider-unavailable", unanswered);
  return readProbe(response, context);
}

const unanswered = "The key could not be checked: the provider did not answer.";

/**
 * CFIS answers 200 with `isValid`, 400 or 401; an expired key has no documented status, so every 4xx except those
 * about the request itself means an invalid key. https://developer-partnerapi.confirmafinance.com/validate-access-token-4087227e0
 */
function readProbe(response: HttpResponse, { clock }: IssuerContext): NotIssued | null {
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
