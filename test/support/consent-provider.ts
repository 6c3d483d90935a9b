import { createHash, randomUUID } from "node:crypto";
import type {
  AuthorizationResponse,
  CodeCredential,
  ConsentFlow,
  ConsentResult,
  GrantCredential,
} from "../../functions/model/consent.ts";
import type { Grant, Issued, NotIssued, Provider } from "../../functions/model/provider.ts";
import { scopeDifference } from "../../functions/model/scopes.ts";
import { Sensitive, unprintable } from "../../functions/model/sensitive.ts";
import type { FixedClock } from "./fixed-clock.ts";

const hour = 3_600_000;

interface Agreement {
  readonly challenge: string | null;
  readonly nonce: string | null;
  readonly scope: string | null;
}

/**
 * A provider with consents. It binds each code to its authorization request, as RFC 7636 and OpenID Connect require.
 */
export class ConsentProvider {
  readonly origin: string;
  displayName: string | null = "ConnectPay";
  scopeWords: ConsentFlow["scopeWords"] = {};
  scopes: readonly string[] = ["psd2-ais", "psd2-pis"];
  hasCodesToCopy = true;
  tellsPerson = true;
  tellsCustomer = true;
  verifiedEmail: string | undefined;
  customer: string | null = "Mo********co";
  subject: string | null = null;
  hasRefreshTokens = true;
  refreshEndsAt: Date | null = new Date("2026-12-20T10:00:00Z");
  /** The outcome instead of a token, if any. */
  refusal: NotIssued | null = null;
  revoked: boolean | null = true;
  /** The codes and refresh tokens that were presented. */
  readonly asked: GrantCredential[] = [];
  issued = 0;
  readonly #clock: FixedClock;
  readonly #agreements = new Map<string, Agreement>();

  constructor(clock: FixedClock, origin = "https://login.provider.example") {
    this.#clock = clock;
    this.origin = origin;
  }

  /** The user logs in and agrees. Returns the parameters of the redirect. */
  agree(authorizeUrl: string, scope: string | null = this.scopes.join(" ")): URLSearchParams {
    const { searchParams } = new URL(authorizeUrl);
    const code = randomUUID();
    const challenge = searchParams.get("code_challenge");
    this.#agreements.set(code, { challenge, nonce: searchParams.get("nonce"), scope });
    return this.#answer(searchParams, { code });
  }

  /** The user, or the provider, refuses. Returns the parameters of the redirect. */
  refuse(authorizeUrl: string, error = "access_denied", description = ""): URLSearchParams {
    const { searchParams } = new URL(authorizeUrl);
    return this.#answer(searchParams, { error, error_description: description });
  }

  /** A code that users copy from the provider's own pages. */
  codeToCopy(): string {
    const code = randomUUID();
    this.#agreements.set(code, { challenge: null, nonce: null, scope: null });
    return code;
  }

  #answer(asked: URLSearchParams, answer: Record<string, string>): URLSearchParams {
    return new URLSearchParams({ ...answer, state: asked.get("state") ?? "", iss: this.origin });
  }

  provider(): Provider {
    return {
      policy: { renewal: "by-consent", beforeExpiryMs: 300_000 },
      presentation: { headerName: "Authorization", scheme: "Bearer" },
      issuer: async () => ({
        openGrant: (_secret, credential) =>
          unprintable<Grant>({
            revocationScope: null,
            callsProvider: true,
            issue: async () => this.#issue(credential),
          }),
      }),
      consent: async () => this.flow(),
    };
  }

  flow(): ConsentFlow {
    return {
      displayName: this.displayName,
      scopeWords: this.scopeWords,
      scopes: this.scopes,
      hasCodesToCopy: this.hasCodesToCopy,
      tellsPerson: this.tellsPerson,
      tellsCustomer: this.tellsCustomer,
      origin: this.origin,
      checkSecret: () => {},
      authorizeUrl: async (_secret, { redirectUri, state, nonce, codeVerifier }) => {
        const parameters = {
          response_type: "code",
          redirect_uri: redirectUri,
          state,
          nonce,
          code_challenge: challengeOf(codeVerifier.expose()),
        };
        return `${this.origin}/authorize?${new URLSearchParams(parameters)}`;
      },
      readAuthorizationResponse: (parameters) => this.#read(parameters),
      revoke: async () =>
        this.revoked === null ? null : { isRevoked: this.revoked, answer: "answered (made up)" },
    };
  }

  #read(parameters: URLSearchParams): AuthorizationResponse {
    const [code, error] = [parameters.get("code"), parameters.get("error")];
    const isMine = parameters.get("iss") === this.origin;
    if (!isMine || (code === null) === (error === null)) return { kind: "mismatch" };
    if (code !== null) return { kind: "code", code: new Sensitive(code) };
    return error === "access_denied"
      ? { kind: "denied" }
      : { kind: "failed", error: error === "server_error" ? error : "unknown" };
  }

  #issue(credential: GrantCredential | null): Issued | NotIssued {
    if (!credential) throw new Error("A provider with consents needs a grant credential.");
    this.asked.push(credential);
    if (this.refusal) return this.refusal;
    const scope = credential.kind === "code" ? this.#redeem(credential) : null;
    if (scope === "refused") return refusedBy("consent-required");
    this.issued += 1;
    const now = this.#clock.now();
    return {
      kind: "issued",
      token: new Sensitive(`canary-token-${this.issued}`),
      lifetime: { kind: "stated", atLeastMs: hour, atMostMs: hour },
      expiresAt: null,
      requestedAt: now,
      receivedAt: now,
      consent: {
        refreshToken: this.hasRefreshTokens ? new Sensitive(`canary-refresh-${this.issued}`) : null,
        refreshEndsAt: this.refreshEndsAt,
        grantedScope: scope,
        subject: this.subject,
        customer: this.customer,
        verifiedEmail: this.verifiedEmail,
        ...this.#detailsOf(scope),
      },
    };
  }

  /** As the product's own reading of an answer has it. */
  #detailsOf(scope: string | null): Pick<ConsentResult, "details"> {
    if (scope === null) return {};
    const implied = {
      isIdentified: this.subject !== null,
      isRefreshable: this.hasRefreshTokens,
      renamed: {},
    };
    const { withheld, added } = scopeDifference(this.scopes, scope, implied);
    return {
      details: {
        ...(withheld.length > 0 && { withheldScope: withheld.join(" ") }),
        ...(added.length > 0 && { addedScope: added.join(" ") }),
      },
    };
  }

  /** The scope of a code. A code can be redeemed once, and only with its own authorization request. */
  #redeem({ code, authorizationRequest }: CodeCredential): string | null | "refused" {
    const agreement = this.#agreements.get(code.expose());
    this.#agreements.delete(code.expose());
    if (!agreement) return "refused";
    const challenge =
      authorizationRequest && challengeOf(authorizationRequest.codeVerifier.expose());
    const isItsRequest =
      agreement.challenge === challenge &&
      agreement.nonce === (authorizationRequest?.nonce ?? null);
    return isItsRequest ? agreement.scope : "refused";
  }
}

export function refusedBy(code: NotIssued["code"]): NotIssued {
  const detail = "The provider does not issue (made up).";
  return { kind: "not-issued", code, detail, mayHaveIssued: false, retryAfterMs: null };
}

function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}
