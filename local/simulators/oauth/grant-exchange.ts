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
  /** Absent when the one that was shown stays. */
  readonly refreshToken?: string;
  readonly grantType: "code" | "refresh-token";
}

export interface GrantRequest {
  readonly form: URLSearchParams;
  readonly clientId: string;
  refuseCode?(bound: CodeBinding): GrantRefusal | undefined;
  newToken(consent: Consent): string;
}

/** A code or a refresh token against an access token, at one instant; undefined: of neither kind. */
export function exchangeGrant(
  world: SimulatorContext,
  grants: GrantLedgers,
  request: GrantRequest,
): GrantResult | GrantRefusal | undefined {
  const shown = request.form.get(grantParameters[request.form.get("grant_type") ?? ""] ?? "") ?? "";
  switch (request.form.get("grant_type")) {
    case "authorization_code":
      return redeem(world, grants, request, shown);
    case "refresh_token":
      return refresh(world, grants, request, shown);
    default:
      return undefined;
  }
}

const grantParameters: Readonly<Record<string, string>> = {
  authorization_code: "code",
  refresh_token: "refresh_token",
};

function redeem(
  world: SimulatorContext,
  grants: GrantLedgers,
  request: GrantRequest,
  code: string,
) {
  const { clientId, refuseCode } = request;
  const consent = grants.codes.redeem(code, clientId, refuseCode);
  if (typeof consent === "string") return refuse(world, request, code, consent);
  const token = issue(grants, request, consent);
  const { fingerprint: issued } = token;
  const fingerprint = fingerprintOf(code);
  world.journal.record({ kind: "redeem", clientId, consent: consent.id, fingerprint, issued });
  const refreshToken = grants.refreshes.issue(consent);
  return { consent, token, refreshToken, by: "code" } as const;
}

function refresh(
  world: SimulatorContext,
  grants: GrantLedgers,
  request: GrantRequest,
  shown: string,
) {
  const { clientId, form } = request;
  const scopes = form.get("scope")?.split(" ").filter(Boolean);
  const refreshed = grants.refreshes.use(shown, clientId, scopes);
  if (typeof refreshed === "string") return refuse(world, request, shown, refreshed);
  const { consent, successor } = refreshed;
  const token = issue(grants, request, consent);
  world.journal.record({
    kind: "refresh",
    clientId,
    consent: consent.id,
    fingerprint: fingerprintOf(shown),
    issued: token.fingerprint,
    ...(successor === undefined ? {} : { successor: fingerprintOf(successor) }),
  });
  const rotated = successor === undefined ? {} : { refreshToken: successor };
  return { consent, token, ...rotated, by: "refresh-token" } as const;
}

function issue({ ledger }: GrantLedgers, { newToken, clientId }: GrantRequest, consent: Consent) {
  const order = { clientId, scope: consent.id, route: "token", status: 200 };
  return ledger.issue({ ...order, value: newToken(consent) });
}

function refuse(
  { journal }: SimulatorContext,
  { clientId }: GrantRequest,
  shown: string,
  reason: GrantRefusal,
): GrantRefusal {
  const fingerprint = fingerprintOf(shown);
  journal.record({ kind: "refuse-grant", route: "token", clientId, fingerprint, reason });
  return reason;
}
