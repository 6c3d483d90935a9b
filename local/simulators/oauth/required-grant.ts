import { isDeepStrictEqual } from "node:util";
import { readAssertion } from "./signed-assertion.ts";

/** What clients present for a token, besides the proof of who they are (RFC 6749 §1.3). */
export type RequiredGrant =
  | { readonly type: "client-credentials" | "password" }
  | ({ readonly type: "jwt-bearer" } & AssertedGrant)
  | ({ readonly type: "token-exchange" } & ExchangedTokens);

/** What an assertion of a client has to say (RFC 7523 §3). */
interface AssertedGrant {
  /** Of all clients (default: the client's id). */
  readonly issuer?: string | undefined;
  /** Default: that of the assertions by which clients authenticate. */
  readonly audience?: string | undefined;
  /** Each with exactly this value. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  readonly scopeIn?: "parameter" | "claim" | undefined;
  /** RFC 7518 §3.1 (default: any). */
  readonly algorithm?: string | undefined;
  readonly longestLifeSeconds: number;
}

/** Which token is exchanged, and for which one (RFC 8693 §2.1). */
interface ExchangedTokens {
  readonly subjectTokenType: string;
  readonly requestedTokenType?: string | undefined;
}

/** What the server knows of what one client presents; the grant decides which of it counts. */
export interface GrantHolding {
  /** Of the key that signs its assertions: PEM. */
  readonly publicKey?: string | undefined;
  readonly keyId?: string | undefined;
  /** Whom its assertions are about. */
  readonly subject?: string | undefined;
  readonly subjectToken?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** How one kind of grant is told from others, and judged. */
export interface GrantKind {
  /** The parameter `grant_type`. */
  readonly grantType: string;
  /** What is answered where something else is presented. */
  readonly error: string;
  /** Further members of the answer. */
  readonly members: Readonly<Record<string, string>>;
  scopeOf(form: URLSearchParams): string | null;
  /** Whether what is presented claims to be this client's. */
  claims(form: URLSearchParams, clientId: string, holding: GrantHolding): boolean;
  /** Whether it is. */
  isHeld(form: URLSearchParams, clientId: string, holding: GrantHolding): boolean;
  /** By which it is known when it is presented again; undefined for what may be. */
  onceOnly(form: URLSearchParams): string | undefined;
}

interface ServerTerms {
  readonly now: () => number;
  /** To whom assertions are addressed that have no audience of their own. */
  readonly audience: () => string;
}

export function grantKindOf(rules: RequiredGrant, terms: ServerTerms): GrantKind {
  switch (rules.type) {
    case "client-credentials":
      return { ...plain, grantType: "client_credentials", isHeld: () => true };
    case "jwt-bearer":
      return byAssertion(rules, terms);
    case "token-exchange":
      return byToken(rules);
    case "password":
      return byPassword;
  }
}

const plain = {
  error: "invalid_grant",
  members: {},
  scopeOf: (form: URLSearchParams) => form.get("scope"),
  claims: () => false,
  onceOnly: () => undefined,
};

/** RFC 7523 §2.1, §3. */
function byAssertion(rules: AssertedGrant, { now, audience }: ServerTerms): GrantKind {
  const { algorithm, claims: constants = {}, longestLifeSeconds } = rules;
  const presented = (form: URLSearchParams) => readAssertion(form.get("assertion") ?? "");
  const scopeOf: GrantKind["scopeOf"] = (form) => {
    if (rules.scopeIn !== "claim") return form.get("scope");
    const { scope } = presented(form).claims;
    return typeof scope === "string" ? scope : null;
  };
  const claims: GrantKind["claims"] = (form, clientId, { subject }) => {
    const { iss, sub } = presented(form).claims;
    return iss === (rules.issuer ?? clientId) && sub === subject;
  };
  const saysAll = (said: Readonly<Record<string, unknown>>) =>
    typeof said["jti"] === "string" &&
    [said["aud"]].flat().includes(rules.audience ?? audience()) &&
    Object.entries(constants).every(([name, value]) => isDeepStrictEqual(said[name], value));
  return {
    ...{ ...plain, scopeOf, claims },
    grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    isHeld(form, clientId, holding) {
      const { publicKey, keyId } = holding;
      const { header, claims: said, isSignedBy, isValidAt } = presented(form);
      const isByKey = keyId === undefined || header["kid"] === keyId;
      const isAllowed = algorithm === undefined || header["alg"] === algorithm;
      if (publicKey === undefined || !isByKey || !isAllowed) return false;
      if (!claims(form, clientId, holding) || !saysAll(said)) return false;
      return isValidAt(now(), longestLifeSeconds) && isSignedBy(publicKey);
    },
    onceOnly: (form) => String(presented(form).claims["jti"]),
  };
}

const accessToken = "urn:ietf:params:oauth:token-type:access_token";
/** What an API takes as a bearer token: RFC 8693 §2.2.1 has the type `N_A` for all else. */
const bearerTypes = [accessToken, "urn:ietf:params:oauth:token-type:jwt"];

/** RFC 8693 §2. */
function byToken({ subjectTokenType, requestedTokenType }: ExchangedTokens): GrantKind {
  const issued_token_type = requestedTokenType ?? accessToken;
  const claims: GrantKind["claims"] = (form, _, { subjectToken }) =>
    subjectToken !== undefined && form.get("subject_token") === subjectToken;
  return {
    ...{ ...plain, claims },
    grantType: "urn:ietf:params:oauth:grant-type:token-exchange",
    // RFC 8693 §2.2.2.
    error: "invalid_request",
    members: {
      issued_token_type,
      ...(bearerTypes.includes(issued_token_type) ? {} : { token_type: "N_A" }),
    },
    isHeld: (form, clientId, holding) =>
      claims(form, clientId, holding) &&
      form.get("subject_token_type") === subjectTokenType &&
      form.get("requested_token_type") === (requestedTokenType ?? null),
  };
}

/** RFC 6749 §4.3. */
const byPassword: GrantKind = {
  ...plain,
  grantType: "password",
  claims: (form, _, { username }) => username !== undefined && form.get("username") === username,
  isHeld: (form, _, { username, password }) =>
    form.get("username") === username && form.get("password") === password,
};
