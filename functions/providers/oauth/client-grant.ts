import type { Issuer, Lifetime } from "../../model/provider.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import type { HttpResponse } from "../../platform/http-request.ts";
import type { AnswerShape } from "../exchange/answer-shape.ts";
import type { FieldProblem } from "../exchange/field-problem.ts";
import { secretMalformed } from "../exchange/field-problem.ts";
import type {
  AnswerFields,
  IssuerContext,
  TokenReader,
  TokenRequest,
} from "../exchange/token-request.ts";
import { tokenIssuer } from "../exchange/token-request.ts";
import { assertionLifetimeOf } from "./client-authentication.ts";
import {
  clientRequest,
  expiredCertificate,
  issuingOf,
  purposeParameters,
} from "./client-request.ts";
import type {
  ConfiguredGrant,
  configuredGrant,
  TokenExchangeSettings,
} from "./configured-grant.ts";
import type { AttributeSettings, attributesOfAnswer } from "./kept-attributes.ts";
import type { Registration } from "./registered-client.ts";
import { openClient } from "./registered-client.ts";
import type { Parameters, TokenPurpose } from "./request-parameters.ts";

/** A grant of OAuth without a person's part, such as client credentials (RFC 6749 §4.4). */
export interface ClientGrant<Settings extends ClientGrantSettings, Secret>
  extends Omit<TokenReader<Settings, Secret>, "readAnswer">,
    Registration<Settings, Secret> {
  /** Where answers are not the standard's (RFC 6749 §5.1). */
  readAnswer?: TokenReader<Settings, Secret>["readAnswer"];
  /**
   * The same parameters for each request; or the grant that the settings name, or the member of the secret that does not fit
   * it. `configured` reads those settings; it is null where they name client credentials.
   */
  parameters(
    settings: Settings,
    secret: Secret,
    configured: typeof configuredGrant | null,
  ): Parameters | ConfiguredGrant | FieldProblem;
}

/** The settings of every such provider. */
export interface ClientGrantSettings extends TokenPurpose, AttributeSettings {
  readonly tokenUrl: string;
  readonly tokenParameters?: Readonly<Record<string, string>> | undefined;
  readonly answer?: AnswerShape | undefined;
  /** Which grant; client credentials, if nothing is said. */
  readonly grant?: string | undefined;
  readonly tokenExchange?: TokenExchangeSettings | undefined;
  /** The life of a token whose answer states none. */
  readonly lifetimeSeconds?: number | undefined;
}

export async function clientIssuer<Settings extends ClientGrantSettings, Secret extends object>(
  provider: ClientGrant<Settings, Secret> | TokenRequest<Settings, Secret>,
  settings: Settings,
  readSecret: (text: Sensitive) => Secret,
  context: IssuerContext,
): Promise<Issuer> {
  const { grant = "client-credentials" } = settings;
  const configured =
    grant === "client-credentials" ? null : (await import("./configured-grant.ts")).configuredGrant;
  const keep = settings.attributes && (await import("./kept-attributes.ts")).attributesOfAnswer;
  const openRequest = (secret: Secret) =>
    "request" in provider
      ? { newRequest: () => provider.request(settings, secret), assertionLifetimeMs: null }
      : grantRequest(provider, settings, secret, { configured, keep }, context);
  const { revocationScope, readAnswer } = provider;
  const reading = readAnswer ? { readAnswer } : await standardReading(settings);
  const issuing = await issuingOf(settings, context);
  return tokenIssuer({ revocationScope, ...reading }, openRequest, settings, readSecret, issuing());
}

const maxDays = 400;

/** How the standard's answers are read, and those that are described by settings. Loaded only where that is needed. */
async function standardReading({
  answer,
  lifetimeSeconds,
  tokenExchange,
  dpop,
}: ClientGrantSettings) {
  const [{ readExchangedToken, readTokenResponse }, { standardMembers }] = await Promise.all([
    import("./token-response.ts"),
    import("../exchange/answer-shape.ts"),
  ]);
  const unstated: Lifetime =
    lifetimeSeconds === undefined
      ? { kind: "unknown" }
      : { kind: "assumed", lastsMs: lifetimeSeconds * 1000 };
  const expected = { maxDays, unstated, unit: answer?.lifetime?.unit, dpop };
  return {
    readAnswer: (fields: AnswerFields, response: HttpResponse, now: Date) =>
      readExchangedToken(fields, tokenExchange?.requestedTokenType, (read) =>
        readTokenResponse(read, expected, response, now),
      ),
    inStandardTerms: answer && standardMembers.bind(null, answer),
  };
}

/** What only some settings need. */
interface LoadedParts {
  readonly configured: typeof configuredGrant | null;
  readonly keep: typeof attributesOfAnswer | undefined;
}

function grantRequest<Settings extends ClientGrantSettings, Secret extends object>(
  provider: ClientGrant<Settings, Secret>,
  settings: Settings,
  secret: Secret,
  { configured, keep }: LoadedParts,
  context: IssuerContext,
) {
  const { tokenUrl, tokenParameters } = settings;
  const client = openClient(provider, settings, secret);
  const asked = provider.parameters(settings, secret, configured);
  if ("problem" in asked) throw secretMalformed(asked);
  const { newParameters, assertionLifetimeMs } =
    "newParameters" in asked ? asked : { newParameters: () => asked, assertionLifetimeMs: null };
  const purpose = purposeParameters(settings, tokenParameters);
  return {
    assertionLifetimeMs: shorter(assertionLifetimeMs, assertionLifetimeOf(client)),
    attributesIn: keep && ((fields: AnswerFields) => keep(settings, client, secret, fields)),
    async newRequest() {
      const expired = expiredCertificate(client, context.clock.now());
      if (expired) return expired;
      const form = new URLSearchParams([...(await newParameters(context)), ...purpose]);
      return clientRequest(client, tokenUrl, form, context);
    },
  };
}

function shorter(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
