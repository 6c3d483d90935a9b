import * as v from "valibot";
import { maxDeadlineMs } from "../model/call-limits.ts";
import { segmentPattern } from "../model/connection.ts";

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** https; http for loopback hosts only. */
const address = v.pipe(
  v.string(),
  v.check(isSafeAddress, "must be an https address (http is for loopback hosts only)"),
);

const baseAddress = v.pipe(
  address,
  v.transform((text) => text.replace(/\/+$/, "")),
);

const headerName = v.pipe(v.string(), v.regex(/^[!#$%&'*+.^_`|~\w-]+$/, "must be a header name"));
const headerValue = v.pipe(v.string(), v.regex(/^[\x20-\x7e]*$/, "must be visible ASCII"));
const wholeNumber = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const seconds = wholeNumber(0, 86_400);
const basicEncoding = v.picklist(["raw", "rfc6749"]);
const probePath = v.pipe(v.string(), v.startsWith("/"));
const oneWord = v.pipe(v.string(), v.regex(/^[\w-]+$/, "must be one word"));

/** What every provider takes. */
const common = {
  environment: v.pipe(v.string(), v.regex(segmentPattern, "must be like production or staging-2")),
  deadlineMs: v.optional(wholeNumber(100, maxDeadlineMs), 5000),
  marginMs: v.optional(wholeNumber(0, 60_000), 1000),
  extraHeaders: v.optional(v.record(headerName, headerValue)),
};

const staticKey = { ...common, apiBaseUrl: baseAddress, probePath: v.optional(probePath) };
const apiBaseUrl = v.optional(baseAddress);

/** RFC 6749 §3.3. */
const scopeToken = v.pipe(v.string(), v.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "must be a scope"));
const scopes = v.array(scopeToken);
const someScopes = v.pipe(scopes, v.minLength(1, "must name a scope"));
const openIdScopes = v.pipe(
  someScopes,
  v.check((names) => names.includes("openid"), "must include openid, for an ID token is needed"),
);
/** ConnectPay refuses a mixture: https://dev.connectpay.com/api-portal/content/access-tokens */
const unmixedScopes = v.pipe(
  someScopes,
  v.check(
    (names) => new Set(names.map((name) => name.startsWith("psd2-"))).size === 1,
    "psd2 scopes cannot be mixed with others",
  ),
);

/** Without a scheme the token is sent bare. */
const presentation = v.strictObject({ headerName, scheme: v.nullish(oneWord, null) });

/** What every provider takes at which a person consents. */
const consented = {
  ...common,
  apiBaseUrl,
  authorizeUrl: address,
  tokenUrl: address,
  revokeUrl: v.optional(address),
  earlySeconds: v.optional(seconds, 300),
};

/** The settings of a realm, one shape a provider: the variable REALM, and what infra must supply. */
export const realmSettings = v.variant("provider", [
  v.strictObject({
    provider: v.literal("conferma"),
    ...common,
    apiBaseUrl,
    tokenUrl: address,
    basicEncoding: v.optional(basicEncoding, "raw"),
  }),
  v.strictObject({
    provider: v.literal("send-payments"),
    ...common,
    apiBaseUrl,
    tokenUrl: address,
    handoverSeconds: v.optional(seconds, 20),
  }),
  v.strictObject({ provider: v.literal("cfis"), ...staticKey }),
  v.strictObject({ provider: v.literal("cfis-provisioning"), ...staticKey }),
  v.strictObject({ provider: v.literal("centrapay-api-key"), ...staticKey }),
  v.strictObject({
    provider: v.literal("client-credentials"),
    ...common,
    apiBaseUrl,
    tokenUrl: address,
    scope: v.optional(v.string()),
    audience: v.optional(v.string()),
    clientAuthentication: v.optional(v.picklist(["basic", "post"]), "basic"),
    basicEncoding: v.optional(basicEncoding, "rfc6749"),
    onIssue: v.optional(v.picklist(["coexist", "revoke"]), "coexist"),
    earlySeconds: v.optional(seconds),
  }),
  v.pipe(
    v.strictObject({
      provider: v.literal("static-key"),
      ...common,
      apiBaseUrl,
      probePath: v.optional(probePath),
      headerName,
      scheme: v.optional(oneWord),
    }),
    v.forward(
      v.partialCheck(
        [["probePath"], ["apiBaseUrl"]],
        ({ probePath, apiBaseUrl }) => probePath === undefined || apiBaseUrl !== undefined,
        "needs apiBaseUrl",
      ),
      ["probePath"],
    ),
  ),
  v.strictObject({
    provider: v.literal("centrapay-user"),
    ...consented,
    issuer: address,
    jwksUrl: address,
    scopes: v.optional(openIdScopes, ["openid"]),
  }),
  v.strictObject({
    provider: v.literal("connectpay"),
    ...consented,
    scopes: v.optional(unmixedScopes, ["psd2-ais"]),
    flowIdParameter: v.optional(oneWord, "flowid"),
  }),
  v.pipe(
    v.strictObject({
      provider: v.literal("authorization-code"),
      ...consented,
      issuer: v.optional(address),
      jwksUrl: v.optional(address),
      scopes: v.optional(scopes),
      pkce: v.optional(v.boolean(), true),
      presentation: v.optional(presentation, { headerName: "Authorization", scheme: "Bearer" }),
    }),
    v.forward(
      v.partialCheck(
        [["issuer"], ["jwksUrl"]],
        ({ issuer, jwksUrl }) => issuer === undefined || jwksUrl !== undefined,
        "is missing: issuer needs it",
      ),
      ["jwksUrl"],
    ),
    v.forward(
      v.partialCheck(
        [["issuer"], ["jwksUrl"]],
        ({ issuer, jwksUrl }) => jwksUrl === undefined || issuer !== undefined,
        "is missing: jwksUrl needs it",
      ),
      ["issuer"],
    ),
    v.forward(
      v.partialCheck(
        [["scopes"], ["issuer"]],
        ({ scopes, issuer }) => !scopes || issuer === undefined || scopes.includes("openid"),
        "must include openid, for issuer is set",
      ),
      ["scopes"],
    ),
  ),
]);

/** Settings with their defaults filled in. */
export type RealmSettings = v.InferOutput<typeof realmSettings>;

/** Settings as they are written down. */
export type RealmInput = v.InferInput<typeof realmSettings>;

/** True for https without credentials or fragment; for http on loopback hosts only. */
export function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.username || url.password || url.hash) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname));
}
