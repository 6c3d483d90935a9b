import type { Sensitive } from "../../model/sensitive.ts";
import type { FieldProblem } from "../exchange/field-problem.ts";
import type { IssuerContext } from "../exchange/token-request.ts";
import type { KeyMembers } from "./assertion-key.ts";
import { assertionKey } from "./assertion-key.ts";
import type { Parameters } from "./request-parameters.ts";

/** The settings by which a generic provider says what is presented for a token, besides the proof of who the client is. */
interface GrantSettings {
  readonly tokenUrl: string;
  readonly assertionAudience?: string | undefined;
  readonly signingAlgorithm?: string | undefined;
  readonly grant: "client-credentials" | "jwt-bearer" | "token-exchange" | "password";
  readonly assertion?: AssertionSettings | undefined;
  readonly tokenExchange?: TokenExchangeSettings | undefined;
}

/** What an assertion that we sign says (RFC 7523 §3). */
interface AssertionSettings {
  /** If nothing is said: the client id. */
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly audience?: string | undefined;
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  readonly scopeIn?: "parameter" | "claim" | undefined;
  readonly lifetimeSeconds?: number | undefined;
}

/** The kinds of the tokens that are exchanged (RFC 8693 §3): URIs, of which the standard has some. */
export interface TokenExchangeSettings {
  readonly subjectTokenType: string;
  readonly requestedTokenType?: string | undefined;
}

/** The members of its secret. */
interface GrantMembers extends KeyMembers {
  readonly clientId: string;
  readonly subject?: string | undefined;
  readonly subjectToken?: Sensitive | undefined;
  readonly username?: string | undefined;
  readonly password?: Sensitive | undefined;
}

/** What a request for a token presents. */
export interface ConfiguredGrant {
  newParameters(context: IssuerContext): Promise<Parameters>;
  /** How long the assertion in them is valid; null where they have none. */
  readonly assertionLifetimeMs: number | null;
}

/**
 * The grant that settings and secret describe together, or the member of the secret that is wrong or missing; null for client
 * credentials. `scoped` is the parameter of the scope, if there is one.
 */
export function configuredGrant(
  settings: GrantSettings,
  secret: GrantMembers,
  scoped: Parameters,
): Parameters | ConfiguredGrant | FieldProblem | null {
  switch (settings.grant) {
    case "client-credentials":
      return null;
    case "jwt-bearer":
      return byAssertion(settings, secret, scoped);
    case "token-exchange":
      return byToken(settings, secret, scoped);
    case "password":
      return byPassword(secret, scoped);
  }
}

function byAssertion(
  settings: GrantSettings,
  secret: GrantMembers,
  scoped: Parameters,
): ConfiguredGrant | FieldProblem {
  const { grant, assertion = {}, assertionAudience, tokenUrl } = settings;
  const key = assertionKey(settings, secret, `grant is ${grant}`);
  if ("problem" in key) return key;
  const isClaim = assertion.scopeIn === "claim";
  const assertionLifetimeMs = (assertion.lifetimeSeconds ?? 60) * 1000;
  const says = {
    issuer: assertion.issuer ?? secret.clientId,
    subject: secret.subject ?? assertion.subject,
    audience: assertion.audience ?? assertionAudience ?? tokenUrl,
    claims: { ...assertion.claims, ...(isClaim && Object.fromEntries(scoped)) },
    lifetimeMs: assertionLifetimeMs,
  };
  return {
    assertionLifetimeMs,
    async newParameters(context) {
      const { signAssertion } = await import("./assertion.ts");
      return [
        ["grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
        ["assertion", await signAssertion(says, key, context)],
        ...(isClaim ? [] : scoped),
      ];
    },
  };
}

/** RFC 8693 §2.1. */
function byToken(
  { grant, tokenExchange }: GrantSettings,
  { subjectToken }: GrantMembers,
  scoped: Parameters,
): Parameters | FieldProblem {
  if (!subjectToken) return missing("subjectToken", grant);
  const { subjectTokenType = "", requestedTokenType } = tokenExchange ?? {};
  const requested: Parameters = requestedTokenType
    ? [["requested_token_type", requestedTokenType]]
    : [];
  return [
    ["grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"],
    ["subject_token", subjectToken.expose()],
    ["subject_token_type", subjectTokenType],
    ...requested,
    ...scoped,
  ];
}

/** RFC 6749 §4.3.2. */
function byPassword(
  { username, password }: GrantMembers,
  scoped: Parameters,
): Parameters | FieldProblem {
  if (!username) return missing("username", "password");
  if (!password) return missing("password", "password");
  return [
    ["grant_type", "password"],
    ["username", username],
    ["password", password.expose()],
    ...scoped,
  ];
}

function missing(field: keyof GrantMembers, grant: string): FieldProblem {
  return { field, problem: `is missing: grant is ${grant}` };
}
