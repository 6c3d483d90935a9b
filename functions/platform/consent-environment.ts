import { required, StartUpError } from "./environment.ts";
import { isSafeAddress } from "./safe-address.ts";

/** The variables of the functions that people meet, beside everybody's, as infra must supply them. */
export interface ConsentVariables {
  readonly CONSENT_BASE_URL: string;
  readonly CONSENT_REQUESTER?: string;
}

/** What only the functions need that people meet: `CONSENT_BASE_URL`, and `CONSENT_REQUESTER` if there is one. */
export interface ConsentEnvironment {
  /** Public address of the callback host, without a trailing slash. */
  readonly baseUrl: string;
  /** The name people know the company by; the callback host's if unsaid. */
  readonly requester: string;
}

/** No line breaks, and no changes of writing direction: a page must not say something else than it was given. */
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
