import { fingerprintOf } from "../kit/journal.ts";
import type { SimulatedReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { CodeLedger } from "./code-ledger.ts";
import type { ConsentClient, ConsentClients } from "./consent-clients.ts";
import type { Consents } from "./consents.ts";
import type { ConsentDecision, LoginFlow } from "./login-flow.ts";
import { seeOther } from "./login-flow.ts";
import type { ScopeChoice } from "./login-pages.ts";
import { noticePage } from "./login-pages.ts";
import type { RequiredParameters } from "./request-parameters.ts";
import { errorForParameter, repeatedParameter, wrongParameter } from "./request-parameters.ts";

export interface AuthorizationEndpoint {
  readonly clients: ConsentClients;
  readonly loginFlow: LoginFlow;
  readonly consents: Consents;
  readonly codes: CodeLedger;
  /** All scopes. */
  readonly scopes: readonly ScopeChoice[];
  readonly pkce: PkceSupport;
  /** What every request has to say. */
  readonly required: RequiredParameters;
  /** Where requests have to be pushed first. */
  readonly pushed: PushedQueries | undefined;
  /** What a callback with a code has besides it. */
  readonly callbackParameters: Readonly<Record<string, string>>;
  /** The `iss` of every callback (RFC 9207), if any. */
  readonly statedIssuer: () => string | undefined;
}

/** Requests that clients have pushed (RFC 9126): each can be taken once, by the client that pushed it. */
export interface PushedQueries {
  take(requestUri: string, clientId: string): URLSearchParams | undefined;
}

/** RFC 7636. `refused`: for servers that do not know it, and take no parameters that they do not know. */
export type PkceSupport = "required" | "optional" | "refused";

type AuthorizationError = readonly [error: string, description: string];

/** RFC 6749 §4.1.1, RFC 7636 §4.3 with S256 only, redirect URIs compared exactly (RFC 9700 §2.1). */
export function authorize(
  { journal }: SimulatorContext,
  endpoint: AuthorizationEndpoint,
  { query: asked }: SimulatedRequest,
): SimulatedReply {
  const query = endpoint.pushed ? pushedQuery(endpoint.pushed, asked) : asked;
  const client = endpoint.clients.find(query.get("client_id") ?? "");
  const redirectUri = query.get("redirect_uri") ?? "";
  const identity = journalIdentity(client, query);
  const refuse = (status: number, reason: string) =>
    journal.record({ kind: "refuse-authorize", status, reason, ...identity });

  if (!client?.redirectUris.includes(redirectUri)) {
    // Never redirects to an address that is not registered (RFC 6749 §4.1.2.1).
    refuse(400, client ? "redirect_uri" : "client_id");
    return unregisteredPage;
  }
  const redirect = (parameters: Readonly<Record<string, string>>) =>
    redirectBack(redirectUri, {
      ...parameters,
      state: query.get("state"),
      iss: endpoint.statedIssuer(),
    });
  const authError = authorizationError(query, endpoint);
  if (authError !== undefined) {
    const [error, error_description] = authError;
    refuse(302, error_description);
    return redirect({ error, error_description });
  }

  journal.record({ kind: "authorize", ...identity });
  const requested = scopesIn(query);
  const path = endpoint.loginFlow.start({
    clientName: client.name,
    choices: endpoint.scopes.filter(({ scope }) => requested.includes(scope)),
    loginHint: query.get("login_hint") ?? query.get("u") ?? "",
    allow: (decision) =>
      redirect({
        code: codeFor(endpoint, client, decision, query),
        ...endpoint.callbackParameters,
      }),
    deny() {
      journal.record({ kind: "deny", ...identity });
      return redirect({ error: "access_denied", error_description: "The user has denied access." });
    },
  });
  return seeOther(path, 302);
}

/** RFC 9126 §4. What was not pushed is no request. */
function pushedQuery({ take }: PushedQueries, asked: URLSearchParams) {
  const taken = take(asked.get("request_uri") ?? "", asked.get("client_id") ?? "");
  return taken ?? new URLSearchParams();
}

/** Identifies a request in the journal: known clients by id, the state by its fingerprint. */
export function journalIdentity(client: ConsentClient | undefined, query: URLSearchParams) {
  const state = query.get("state");
  return {
    ...(client ? { clientId: client.clientId } : {}),
    ...(state === null ? {} : { state: fingerprintOf(state) }),
  };
}

function codeFor(
  { consents, codes }: AuthorizationEndpoint,
  { clientId }: ConsentClient,
  decision: ConsentDecision,
  query: URLSearchParams,
): string {
  const nonce = query.get("nonce");
  const challenge = query.get("code_challenge");
  const consent = consents.record({ ...decision, clientId, ...(nonce === null ? {} : { nonce }) });
  return codes.issue(consent, {
    redirectUri: query.get("redirect_uri") ?? "",
    ...(challenge === null ? {} : { challenge }),
  });
}

/** Why a request of a client is refused. */
export function authorizationError(
  query: URLSearchParams,
  { scopes, pkce, required }: Pick<AuthorizationEndpoint, "scopes" | "pkce" | "required">,
): AuthorizationError | undefined {
  const repeated = repeatedParameter(query);
  if (repeated !== undefined) return ["invalid_request", `${repeated} is repeated`];
  if (query.get("response_type") !== "code") {
    return ["unsupported_response_type", "response_type must be code"];
  }
  const known = scopes.map(({ scope }) => scope);
  if (!scopesIn(query).every((scope) => known.includes(scope))) {
    return ["invalid_scope", "a scope is unknown"];
  }
  const wrong = wrongParameter(query, required);
  if (wrong !== undefined) return [errorForParameter(wrong), `${wrong} is missing or wrong`];
  return codeChallengeError(query, pkce);
}

function codeChallengeError(
  query: URLSearchParams,
  pkce: AuthorizationEndpoint["pkce"],
): AuthorizationError | undefined {
  const challenge = query.get("code_challenge");
  if (pkce === "refused") {
    const isSent = challenge !== null || query.has("code_challenge_method");
    return isSent ? ["invalid_request", "code_challenge is unknown"] : undefined;
  }
  if (challenge === null) {
    return pkce === "required" ? ["invalid_request", "code_challenge is required"] : undefined;
  }
  // The default method is `plain` (RFC 7636 §4.3), which is a downgrade.
  if (query.get("code_challenge_method") !== "S256") {
    return ["invalid_request", "code_challenge_method must be S256"];
  }
  return /^[\w-]{43}$/.test(challenge)
    ? undefined
    : ["invalid_request", "code_challenge is not a SHA-256"];
}

function scopesIn(query: URLSearchParams): readonly string[] {
  return (query.get("scope") ?? "").split(" ").filter(Boolean);
}

/** Null and undefined parameters are left out; the redirect URI's own query stays. */
export function redirectBack(
  redirectUri: string,
  parameters: Readonly<Record<string, string | null | undefined>>,
): SimulatedReply {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value) url.searchParams.set(name, value);
  }
  return seeOther(url.href, 302);
}

const unregisteredPage = noticePage(
  400,
  "This request cannot be trusted",
  "The site that sent you here, or the address that it wants you sent back to, is not registered.",
);
