import * as v from "valibot";
import type { OAuthClient } from "../oauth/client-authentication.ts";
import { certificateChain, privateKey } from "../oauth/client-certificate.ts";
import { plainText, sensitiveText } from "./secret.ts";
import { address, basicEncoding, headerName, headerValue } from "./settings.ts";
import { strictSettings } from "./strict-settings.ts";

/** An absolute address without a fragment (RFC 8707 §2). */
const resource = v.pipe(
  v.string(),
  v.check(
    (text) => URL.canParse(text) && !text.includes("#"),
    "must be an absolute address without a fragment",
  ),
);

/** Half a surrogate pair fits no address. */
const wellFormed = v.pipe(
  v.string(),
  v.check((text) => text.isWellFormed(), "must not hold half a surrogate pair"),
);

/** What a request says anyway: a constant cannot replace it. */
const ownParameters =
  /^(grant_type|response_type|client_(id|secret)|(client_)?assertion.*|code.*|redirect_uri|state|nonce|scope|audience|resource|refresh_token|request_uri|username|password|subject_token.*|requested_token_type)$/;

/** A name that is none of `own`. */
export const nameBesides = (own: RegExp) =>
  v.pipe(
    v.string(),
    v.check((name) => !own.test(name), "is sent anyway"),
  );

/** Parameters that a server wants besides the standard's, always the same. */
const constantParameters = v.record(nameBesides(ownParameters), wellFormed);

/** A server's own name of a parameter; null where it does not want it. */
const otherName = v.optional(
  v.nullable(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,60}$/, "must be a name"))),
);

/** What a request's headers say anyway. */
const ownHeaders = /^(authorization|content-.*|accept|host|transfer-encoding|connection)$/i;

/** How token requests differ from the standard's, where no person consents. */
export const requestSettings = {
  parameterNames: v.optional(
    strictSettings({
      grant_type: otherName,
      client_id: otherName,
      client_secret: otherName,
      scope: otherName,
      username: otherName,
      password: otherName,
    }),
  ),
  tokenHeaders: v.optional(v.record(v.pipe(headerName, nameBesides(ownHeaders)), headerValue)),
};

/**
 * A server's own name of a parameter that is another one's too: the server would take one for the other. Parameters that
 * only a secret adds are not known here.
 */
export function nameGivenTwice({
  parameterNames = {},
  tokenParameters = {},
  clientAuthentication,
  scope,
  audience,
  resource,
}: NamedParameters): string | undefined {
  const given = Object.values(parameterNames).filter((name) => typeof name === "string");
  const others = [
    "grant_type",
    ...(clientAuthentication === "post" ? ["client_id", "client_secret"] : []),
    ...Object.entries({ scope, audience, resource, ...tokenParameters }).flatMap(([name, value]) =>
      value === undefined ? [] : name,
    ),
  ].filter((name) => !Object.hasOwn(parameterNames, name));
  return given.find((name, at) => given.indexOf(name) < at || others.includes(name));
}

interface NamedParameters {
  readonly parameterNames?: OAuthClient["parameterNames"];
  readonly tokenParameters?: Readonly<Record<string, string>> | undefined;
  readonly clientAuthentication: string;
  readonly scope?: string | undefined;
  readonly audience?: string | undefined;
  readonly resource?: string | string[] | undefined;
}

/** The ways to authenticate that every generic provider has. */
export const clientAuthentications = ["basic", "post", "private_key_jwt", "tls", "none"] as const;

/** How the client of a generic provider authenticates, and what else its token requests say. */
export const clientSettings = {
  clientAuthentication: v.optional(v.picklist(clientAuthentications), "basic"),
  basicEncoding: v.optional(basicEncoding, "rfc6749"),
  signingAlgorithm: v.optional(v.picklist(["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"])),
  assertionIssuer: v.optional(plainText),
  assertionAudience: v.optional(address),
  requestFormat: v.optional(v.picklist(["form", "json"]), "form"),
  dpop: v.optional(v.boolean(), false),
  audience: v.optional(wellFormed),
  resource: v.optional(v.union([resource, v.pipe(v.array(resource), v.minLength(1))])),
  tokenParameters: v.optional(constantParameters),
};

/** The settings of authorization requests that are as constant. */
export const authorizationParameters = v.optional(constantParameters);

/** The members of a secret that authenticate a client; which of them are needed depends on `clientAuthentication`. */
export const clientMembers = {
  clientId: { meaning: "the client id", shape: plainText },
  clientSecret: {
    meaning: "with basic and post: the client secret",
    shape: v.optional(sensitiveText),
  },
  privateKey: {
    meaning: "the key that signs assertions, PEM (PKCS #8), unencrypted",
    shape: v.optional(privateKey),
    isMultiLine: true,
  },
  keyId: {
    meaning: "the name of that key at the provider (kid)",
    shape: v.optional(plainText),
  },
  tlsCertificateChain: {
    meaning: "with tls: the client certificate, PEM, from the leaf to the root",
    shape: v.optional(certificateChain),
    isMultiLine: true,
  },
  tlsPrivateKey: {
    meaning: "with tls: the certificate's key, PEM, unencrypted",
    shape: v.optional(privateKey),
    isMultiLine: true,
  },
} as const;
