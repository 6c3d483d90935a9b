import type { SimulatedReply } from "../kit/reply.ts";
import { textReply } from "../kit/reply.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import { journalIdentity, redirectBack } from "../oauth/authorization-endpoint.ts";
import type { CodeLedger } from "../oauth/code-ledger.ts";
import type { ConsentClient, ConsentClients } from "../oauth/consent-clients.ts";
import type { Consents } from "../oauth/consents.ts";
import type { LoginFlow, LoginRequest } from "../oauth/login-flow.ts";
import type { ScopeChoice } from "../oauth/login-pages.ts";
import { noticePage } from "../oauth/login-pages.ts";

/** Behaviour that the provider's documents leave open or contradict. Can be changed by assignment. */
export interface ConnectPayTraits {
  /** One page spells it `flowid`, a newer one `flowId`. Only the chosen one is accepted. */
  flowIdParameter: "flowid" | "flowId";
  /** 301 is documented. `page` is a 200 with a link for the user to follow. */
  authorizeAnswer: 301 | 302 | 303 | "page";
  /** How a request for both PSD2 scopes and the provider's own is refused. */
  mixedScopes: "page" | "redirect";
  /** Whether a refresh revokes earlier access tokens. */
  oldAccessToken: "kept" | "revoked";
}

export interface ConnectPayAuthorization {
  readonly traits: ConnectPayTraits;
  readonly clients: ConsentClients;
  readonly loginFlow: LoginFlow;
  readonly consents: Consents;
  readonly codes: CodeLedger;
  /** The host of the login pages, which differs from that of the authorization endpoint. */
  readonly webAppUrl: () => string;
}

export const psd2Scopes: readonly ScopeChoice[] = [
  { scope: "psd2-ais", description: "See your accounts and what went in and out of them" },
  { scope: "psd2-pis", description: "Prepare payments from your accounts" },
];

const ownScopes: readonly ScopeChoice[] = [
  { scope: "ob-as", description: "See your accounts as the bank itself does" },
  { scope: "ob-ps", description: "Make payments that you confirm" },
  { scope: "ob-ps:authz-nosca", description: "Make payments that you need not confirm" },
];

/** docs.connectpay.com, "Generate AuthCode via API (PSD2 flow)". */
export function authorizePsd2(
  { journal }: SimulatorContext,
  endpoint: ConnectPayAuthorization,
  { query }: SimulatedRequest,
): SimulatedReply {
  const client = endpoint.clients.find(query.get("client_id") ?? "");
  const identity = journalIdentity(client, query);
  const refuse = (status: number, reason: string) => {
    journal.record({ kind: "refuse-authorize", status, reason, ...identity });
    return refusalPage(reason);
  };
  const invalid = client ? invalidParameter(client, query, endpoint.traits) : "client_id";
  if (client === undefined || invalid !== undefined) return refuse(400, invalid ?? "client_id");

  const redirect = (parameters: Readonly<Record<string, string>>) =>
    redirectBack(query.get("redirect_url") ?? "", {
      ...parameters,
      state: query.get("state"),
      flowid: query.get(endpoint.traits.flowIdParameter),
    });
  const choices = choicesIn(query);
  if (choices === undefined) {
    const page = refuse(endpoint.traits.mixedScopes === "page" ? 400 : 302, "scope");
    return endpoint.traits.mixedScopes === "page" ? page : redirect({ error: "invalid_scope" });
  }

  journal.record({ kind: "authorize", ...identity });
  const { clientId, name } = client;
  const path = endpoint.loginFlow.start({
    clientName: name,
    choices,
    allow: (decision) => redirect({ code: codeFor(endpoint, clientId, decision) }),
    deny() {
      journal.record({ kind: "deny", ...identity });
      return redirect({ error: "access_denied" });
    },
  });
  return redirectToWebApp(endpoint.webAppUrl() + path, endpoint.traits.authorizeAnswer);
}

export function codeFor(
  { consents, codes }: Pick<ConnectPayAuthorization, "consents" | "codes">,
  clientId: string,
  decision: Parameters<LoginRequest["allow"]>[0],
): string {
  return codes.issue(consents.record({ ...decision, clientId }));
}

/** Undefined if there is no scope, an unknown one, or PSD2 scopes mixed with the provider's own. */
function choicesIn(query: URLSearchParams): readonly ScopeChoice[] | undefined {
  const requested = (query.get("scope") ?? "").split(" ").filter(Boolean);
  const family = [psd2Scopes, ownScopes].find((choices) =>
    requested.every((scope) => choices.some((choice) => choice.scope === scope)),
  );
  return requested.length === 0
    ? undefined
    : family?.filter(({ scope }) => requested.includes(scope));
}

function invalidParameter(
  client: ConsentClient,
  query: URLSearchParams,
  { flowIdParameter }: ConnectPayTraits,
): string | undefined {
  const isValid: Readonly<Record<string, boolean>> = {
    response_type: query.get("response_type") === "code",
    [flowIdParameter]: query.get(flowIdParameter) === "GetPSD2AuthCode",
    nonce: isUuid(query.get("nonce") ?? ""),
    state: Boolean(query.get("state")),
    redirect_url: isKnownHost(client, query.get("redirect_url") ?? ""),
  };
  return Object.keys(isValid).find((name) => !isValid[name] || query.getAll(name).length > 1);
}

/** Compares only the hostname. Requires https, except on this machine, and no query. */
function isKnownHost({ redirectUris }: ConsentClient, redirectUrl: string): boolean {
  if (!URL.canParse(redirectUrl)) return false;
  const { protocol, hostname, search } = new URL(redirectUrl);
  const isSafe =
    protocol === "https:" || (protocol === "http:" && /^(localhost|127\.0\.0\.1)$/.test(hostname));
  const isKnown = redirectUris.some((known) => new URL(known).hostname === hostname);
  return isSafe && isKnown && search === "";
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(text);
}

/** The documented 301 has no cache header, so browsers may cache it (RFC 9110 §15.4.2). */
function redirectToWebApp(
  location: string,
  answer: ConnectPayTraits["authorizeAnswer"],
): SimulatedReply {
  if (answer !== "page") return textReply(answer, "", { location });
  return noticePage(200, "ConnectPay", "Continue to the log-in page.", location);
}

const refusalPage = (reason: string) =>
  noticePage(400, "This request cannot be served", `Its ${reason} is not valid.`);
