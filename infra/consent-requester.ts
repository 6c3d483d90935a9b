import { readFileSync } from "node:fs";
import type { ConsentVariables } from "../functions/platform/consent-environment.ts";
import { readConsentEnvironment } from "../functions/platform/consent-environment.ts";
import { compressVariable } from "./compress-variable.ts";

/** Who asks for consents, as the pages show it. */
export interface ConsentRequester {
  /** The company's name (default: the host's name). */
  readonly requester?: string | undefined;
  /** Where people can ask: an e-mail address, a telephone number or an https address. */
  readonly contact?: string | undefined;
  /** The https address of the company's privacy notice. */
  readonly privacyUrl?: string | undefined;
  /** SVG, or a PNG as a `data:` address. */
  readonly logo?: string | undefined;
  /** The time zone of the instants on the pages (default: UTC). */
  readonly timeZone?: string | undefined;
}

/** Of the 4 KB that a function has for all its variables: the realm's settings and the addresses need the rest. */
const maxLogoBytes = 2400;

/** The variables of the consent functions about their requester. Throws what the functions would at their start. */
export function requesterVariables(
  of: ConsentRequester,
): Omit<ConsentVariables, "CONSENT_BASE_URL"> {
  const advice = "Simplify the picture in consentLogo.";
  const variables = {
    ...(of.requester && { CONSENT_REQUESTER: of.requester }),
    ...(of.contact && { CONSENT_CONTACT: of.contact }),
    ...(of.privacyUrl && { CONSENT_PRIVACY_URL: of.privacyUrl }),
    ...(of.logo && {
      CONSENT_LOGO: compressVariable("CONSENT_LOGO", of.logo, advice, maxLogoBytes),
    }),
    ...(of.timeZone && { CONSENT_TIME_ZONE: of.timeZone }),
  };
  // The address is known to CloudFormation only.
  readConsentEnvironment({ ...variables, CONSENT_BASE_URL: "https://consents.example" });
  return variables;
}

/** The picture in a file, SVG or PNG by its name, as a function's variable has it. Throws an error that names the setting. */
export function readLogo(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (path.endsWith(".png")) return `data:image/png;base64,${bytes.toString("base64")}`;
    // What may stand before and after the element is not shown.
    return bytes
      .toString("utf8")
      .replace(/^.*?(?=<svg)/s, "")
      .trim();
  } catch (cause) {
    throw new Error(`The setting consentLogo must be the path of a file: ${path} cannot be read.`, {
      cause,
    });
  }
}
