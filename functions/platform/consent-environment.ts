import type { Variables } from "./environment.ts";
import { expandVariable, isSafeAddress, requiredVariable, StartUpError } from "./environment.ts";

/** Further variables of the consent functions, as infra must supply them. */
export interface ConsentVariables {
  readonly CONSENT_BASE_URL: string;
  readonly CONSENT_REQUESTER?: string;
  readonly CONSENT_CONTACT?: string;
  readonly CONSENT_PRIVACY_URL?: string;
  /** SVG, or `data:image/png;base64,…`; a long one is compressed. */
  readonly CONSENT_LOGO?: string;
  readonly CONSENT_TIME_ZONE?: string;
}

/** The parsed variables of the consent functions. */
export interface ConsentEnvironment {
  /** Public address of the callback host, without a trailing slash. */
  readonly baseUrl: string;
  readonly requester: RequesterProfile;
}

/** Who asks for consents, as the pages show it. */
export interface RequesterProfile {
  /** The name by which people know the company; by default the callback host's. */
  readonly name: string;
  /** Where a person can ask: an e-mail address, a telephone number or an https address. */
  readonly contact: { readonly text: string; readonly url: string } | null;
  /** An https address. */
  readonly privacyUrl: string | null;
  /** A `data:` address of a picture. */
  readonly logo: string | null;
  /** By whose time the pages state instants: a name of the IANA's time zone database. */
  readonly timeZone: string;
}

/** Refuses line breaks and changes of writing direction, which could falsify what a page says. */
const requesterShape = /^[^\p{C}\p{Zl}\p{Zp}]{1,80}$/u;
const emailShape = /^[\w.+-]{1,64}@([a-z0-9-]{1,63}\.)+[a-z]{2,63}$/i;
const telephoneShape = /^\+\d[\d ]{5,18}\d$/;
const pngShape = /^data:image\/png;base64,iVBORw0KGgo[A-Za-z0-9+/]+={0,2}$/;
/** One element, without a document type, whose entities a reader would expand. */
const svgShape = /^<svg[\s>](?!.*<!(DOCTYPE|ENTITY)).*<\/svg>$/s;

/** Fails with a `StartUpError` that names the invalid variable. */
export function readConsentEnvironment(variables: Variables): ConsentEnvironment {
  const baseUrl = requiredVariable(variables, "CONSENT_BASE_URL");
  const url = URL.parse(baseUrl);
  if (!url || !isSafeAddress(baseUrl) || /[?#\s]|\/$/.test(baseUrl)) {
    throw new StartUpError(
      "CONSENT_BASE_URL must be an https address without query or trailing slash (http is for loopback hosts only).",
    );
  }
  const text = (name: keyof ConsentVariables) => variables[name]?.trim() || null;
  const contact = text("CONSENT_CONTACT");
  const privacyUrl = text("CONSENT_PRIVACY_URL");
  const logo = text("CONSENT_LOGO");
  return {
    baseUrl,
    requester: {
      name: requesterName(text("CONSENT_REQUESTER") ?? url.hostname),
      contact: contact === null ? null : { text: contact, url: contactUrl(contact) },
      privacyUrl: privacyUrl === null ? null : privacyAddress(privacyUrl),
      logo: logo === null ? null : logoAddress(expandVariable("CONSENT_LOGO", logo)),
      timeZone: timeZoneName(text("CONSENT_TIME_ZONE") ?? "UTC"),
    },
  };
}

function requesterName(name: string): string {
  if (requesterShape.test(name)) return name;
  throw new StartUpError(
    "CONSENT_REQUESTER must be a name of at most 80 characters, without control characters.",
  );
}

function contactUrl(contact: string): string {
  if (emailShape.test(contact)) return `mailto:${contact}`;
  if (telephoneShape.test(contact)) return `tel:${contact.replaceAll(" ", "")}`;
  if (isPublicAddress(contact)) return contact;
  throw new StartUpError(
    "CONSENT_CONTACT must be an e-mail address, a telephone number like +64 4 123 4567, or an https address.",
  );
}

function privacyAddress(address: string): string {
  if (isPublicAddress(address)) return address;
  throw new StartUpError("CONSENT_PRIVACY_URL must be an https address.");
}

/** The picture as a `data:` address. A page shows it as an image, in which no script runs and nothing is loaded. */
function logoAddress(logo: string): string {
  if (pngShape.test(logo)) return logo;
  if (svgShape.test(logo))
    return `data:image/svg+xml;base64,${Buffer.from(logo).toString("base64")}`;
  throw new StartUpError(
    "CONSENT_LOGO must be an SVG element without a document type, or a PNG as data:image/png;base64,….",
  );
}

function timeZoneName(name: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch (cause) {
    throw new StartUpError(
      "CONSENT_TIME_ZONE must be the name of a time zone, like Europe/Berlin.",
      { cause },
    );
  }
}

function isPublicAddress(text: string): boolean {
  return /^https:\/\/[\x21-\x7e]{1,300}$/.test(text) && isSafeAddress(text);
}
