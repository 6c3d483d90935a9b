import { required, StartUpError } from "./environment.ts";
import { isSafeAddress } from "./safe-address.ts";

/** The variables of the consent functions beside those of every function, as infra must supply them. */
export interface ConsentVariables {
  readonly CONSENT_BASE_URL: string;
  readonly CONSENT_REQUESTER?: string;
}

/** What only the consent functions need. */
export interface ConsentEnvironment {
  /** Public address of the callback host, without a trailing slash. */
  readonly baseUrl: string;
  /** The name people know the company by; by default the callback host's. */
  readonly requester: string;
}

/** Without line breaks and changes of writing direction, which could make a page say something else. */
const requesterShape = /^[^\p{C}\p{Zl}\p{Zp}]{1,80}$/u;

/** Fails with a `StartUpError` that names the wrong variable. */
export function readConsentEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): ConsentEnvironment {
  const baseUrl = required(variables, "CONSENT_BASE_URL");
  const url = URL.parse(baseUrl);
  if (!url || !isSafeAddress(baseUrl) || /[?#\s]|\/$/.test(baseUrl)) {
    throw new StartUpError(
      "CONSENT_BASE_URL must be an https address without query or trailing slash (http is for loopback hosts only).",
    );
  }
  const requester = variables["CONSENT_REQUESTER"]?.trim() || url.hostname;
  if (!requesterShape.test(requester)) {
    throw new StartUpError(
      "CONSENT_REQUESTER must be a name of at most 80 characters, without control characters.",
    );
  }
  return { baseUrl, requester };
}
