import { fingerprintOf } from "../kit/journal.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { IssuedCredential, TokenLedger } from "../kit/token-ledger.ts";
import type { CodeBinding, CodeLedger } from "./code-ledger.ts";
import type { Consent, GrantRefusal } from "./consents.ts";
import type { RefreshLedger } from "./refresh-ledger.ts";

export interface GrantLedgers {
  readonly codes: CodeLedger;
  readonly refreshes: RefreshLedger;
  readonly ledger: TokenLedger;
}

export interface GrantResult {
  readonly consent: Consent;
  readonly token: IssuedCredential;
  /** Absent if the presented refresh token stays valid. */
  readonly refreshToken?: string;
  readonly grantType: "code" | "refresh-token";
}

export interface GrantRequest {
  readonly form: URLSearchParams;
  readonly clientId: string;
  refuseCode?(bound: CodeBinding): GrantRefusal | undefined;
  newToken(consent: Consent): string;
}

/** Exchanges a code or a refresh token for an access token, at one instant. Undefined for another grant type. */
export function exchangeGrant(
  context: SimulatorContext,
  grants: GrantLedgers,
  request: GrantRequest,
): GrantResult | GrantRefusal | undefined {
  const presented =
    request.form.get(grantParameters[request.form.get("grant_type") ?? ""] ?? "") ?? "";
  switch (request.form.get("grant_type")) {
    case "authorization_code":
      return redeem(context, grants, request, presented);
    case "refresh_token":
      return refresh(context, grants, request, presented);
    default:
      return undefined;
  }
}

const grantParameters: Readonly<Record<string, string>> = {
  authorization_code: "code",
  refresh_token: "refresh_token",
};

function redeem(
  context: SimulatorContext,
  grants: GrantLedgers,
  request: GrantRequest,
  code: string,
) {
  const { clientId, refuseCode } = request;
  const consent = grants.codes.redeem(code, clientId, refuseCode);
  if (typeof consent === "string") return refuse(context, request, code, consent);
  const token = issue(grants, request, consent);
  const { fingerprint: issued } = token;
  const fingerprint = fingerprintOf(code);
  context.journal.record({ kind: "redeem", clientId, consent: consent.id, fingerprint, issued });
  const refreshToken = grants.refreshes.issue(consent);
  return { consent, token, refreshToken, grantType: "code" } as const;
}

function refresh(
  context: SimulatorContext,
  grants: GrantLedgers,
  request: GrantRequest,
  presented: string,
) {
  const { clientId, form } = request;
  const scopes = form.get("scope")?.split(" ").filter(Boolean);
  const refreshed = grants.refreshes.use(presented, clientId, scopes);
  if (typeof refreshed === "string") return refuse(context, request, presented, refreshed);
  const { consent, successor } = refreshed;
  const token = issue(grants, request, consent);
  context.journal.record({
    kind: "refresh",
    clientId,
    consent: consent.id,
    fingerprint: fingerprintOf(presented),
    issued: token.fingerprint,
    ...(successor === undefined ? {} : { successor: fingerprintOf(successor) }),
  });
  const rotated = successor === undefined ? {} : { refreshToken: successor };
  return { consent, token, ...rotated, grantType: "refresh-token" } as const;
}

function issue({ ledger }: GrantLedgers, { newToken, clientId }: GrantRequest, consent: Consent) {
  const order = { clientId, revocationScope: consent.id, route: "token", status: 200 };
  return ledger.issue({ ...order, value: newToken(consent) });
}

function refuse(
  { journal }: SimulatorContext,
  { clientId }: GrantRequest,
  presented: string,
  reason: GrantRefusal,
): GrantRefusal {
  const fingerprint = fingerprintOf(presented);
  journal.record({ kind: "refuse-grant", route: "token", clientId, fingerprint, reason });
  return reason;
}
