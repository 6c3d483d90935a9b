import * as v from "valibot";
import { accountPattern, segmentPattern } from "../../model/connection.ts";
import { maxDeadlineMs, maxLifetimeMs, maxMarginMs } from "../../model/time-limits.ts";
import { isSafeAddress } from "../../platform/environment.ts";
import { isPrivateNetwork } from "../../platform/network-guard.ts";
import type { FieldProblem } from "../exchange/field-problem.ts";
import type { CodeSettings } from "../oauth/code-grant.ts";
import type { AttributeSettings } from "../oauth/kept-attributes.ts";
import { strictSettings } from "./strict-settings.ts";

/** An https address; http for loopback hosts only. */
export const address = v.pipe(
  v.string(),
  v.check(isSafeAddress, "must be an https address (http is for loopback hosts only)"),
);

/** An address to which paths are appended: a trailing slash is removed. */
export const baseAddress = v.pipe(
  address,
  v.transform((text) => text.replace(/\/+$/, "")),
);

export const wholeNumber = (min: number, max: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

/** Up to a day. */
export const seconds = wholeNumber(0, 86_400);
/** A life of a minute to a hundred years. */
export const lifeSeconds = wholeNumber(60, maxLifetimeMs / 1000);
export const probePath = v.pipe(v.string(), v.regex(/^\//, "must begin with /"));
export const oneWord = v.pipe(v.string(), v.regex(/^[\w-]+$/, "must be one word"));
export const basicEncoding = v.picklist(["raw", "rfc6749"]);
export const headerName = v.pipe(
  v.string(),
  v.regex(/^[!#$%&'*+.^_`|~\w-]+$/, "must be a header name"),
);
/** The header that carries the token. Without a scheme its value is the token alone. */
export const presentation = strictSettings({ headerName, scheme: v.nullish(oneWord, null) });
export const headerValue = v.pipe(v.string(), v.regex(/^[\x20-\x7e]*$/, "must be visible ASCII"));

/** RFC 6749 §3.3. */
export const scopeToken = v.pipe(
  v.string(),
  v.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "must be a scope"),
);
export const scopes = v.array(scopeToken);
export const someScopes = v.pipe(scopes, v.minLength(1, "must name a scope"));

const headers = v.record(headerName, headerValue);
const someHeaders = v.pipe(
  headers,
  v.check((named) => Object.keys(named).length > 0, "must name a header"),
);
const account = v.pipe(v.string(), v.regex(accountPattern, "must be an account"));

const credentialName = /token$|secret|password|assertion|^(code|device_code|state|nonce)$/i;
const isCredential = (name: string) => credentialName.test(name);
const noCredential = "must not name a credential";

/** A member of an answer that is kept: no name of a credential, which never leaves the sealed part of a record. */
const attributeName = v.pipe(
  v.string(),
  v.regex(/^[\w.-]{1,40}$/, "must be up to 40 letters, digits and . _ -"),
  v.check((name) => !isCredential(name), noCredential),
);
const maxAttributes = 5;
/** Where an attribute is found: as the member of its name, or at a path of at most five names. */
const attributesFrom = (source: RegExp, sources: string) => ({
  attributes: v.optional(
    v.pipe(
      v.record(
        attributeName,
        v.pipe(
          v.string(),
          v.regex(source, `must be ${sources}, or a path like answer.data.id`),
          v.check((path) => !path.split(".").slice(1).some(isCredential), noCredential),
        ),
      ),
      v.check((named) => Object.keys(named).length <= maxAttributes, "must be five at most"),
    ),
  ),
  attributeHeaders: v.optional(v.record(headerName, v.string())),
});

/** What callers need of a token's answer, where nobody consents. */
export const answerAttributes = attributesFrom(/^answer(\.[\w:$-]{1,60}){0,5}$/, "answer");

const privateNetwork = v.pipe(
  v.string(),
  v.check(isPrivateNetwork, "must be a part of a private network, such as 10.20.0.0/16"),
);

/** The settings of every provider. */
const common = {
  environment: v.pipe(v.string(), v.regex(segmentPattern, "must be like production or staging-2")),
  deadlineMs: v.optional(wholeNumber(100, maxDeadlineMs), 5000),
  marginMs: v.optional(wholeNumber(0, maxMarginMs), 1000),
  extraHeaders: v.optional(headers),
  accountHeaders: v.optional(v.record(account, someHeaders)),
  privateNetworks: v.optional(v.array(privateNetwork)),
};

/** The schema of a provider's settings: its own, and those of every provider. It refuses any other key. */
export function settingsOf<const Id extends string, Own extends v.ObjectEntries>(id: Id, own: Own) {
  return strictSettings({ provider: v.literal(id), ...common, ...own });
}

/** Without control characters, and changes of writing direction, which could falsify what a page says. */
const words = v.pipe(
  v.string(),
  v.regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u, "must be a line of text"),
);
const language = v.picklist(["en", "de", "fr", "es", "pt", "lt"]);
const wordsByLanguage = v.pipe(
  v.record(language, words),
  v.check((given) => given.en !== undefined, "must have the words in English, en"),
);

/** The settings of every provider at which a person consents. */
export const consentSettings = {
  apiBaseUrl: v.optional(baseAddress),
  authorizeUrl: address,
  tokenUrl: address,
  revokeUrl: v.optional(address),
  linkLifetimeSeconds: v.optional(wholeNumber(60, 7 * 86_400), 600),
  earlySeconds: v.optional(seconds, 300),
  displayName: v.optional(words),
  scopeWords: v.optional(v.record(scopeToken, v.union([words, wordsByLanguage]))),
  ...attributesFrom(
    /^(callback|(answer|id-token)(\.[\w:$-]{1,60}){0,5})$/,
    "answer, callback or id-token",
  ),
  customerAttribute: v.optional(v.string()),
};

/** The settings that name attributes. */
export type NamedAttributes = AttributeSettings & Pick<CodeSettings, "customerAttribute">;

/** The first setting that reads an attribute which `attributes` does not name, or that proves nothing; null for none. */
export function wrongAttribute({
  attributes = {},
  customerAttribute,
  attributeHeaders = {},
}: NamedAttributes): FieldProblem | null {
  const isUnknown = (name: string) => !Object.hasOwn(attributes, name);
  const problem = "must be the name of one of attributes";
  if (customerAttribute !== undefined && isUnknown(customerAttribute))
    return { field: "customerAttribute", problem };
  // Whose consent it is depends on it, and the person's browser could change it.
  if (customerAttribute !== undefined && attributes[customerAttribute] === "callback")
    return { field: "customerAttribute", problem: "must not come with the callback" };
  return Object.values(attributeHeaders).some(isUnknown)
    ? { field: "attributeHeaders", problem }
    : null;
}
