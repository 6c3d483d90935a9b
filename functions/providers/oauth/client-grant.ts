import type { Issuer, Lifetime } from "../../model/provider.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import type { HttpResponse } from "../../platform/http-request.ts";
import type { AnswerShape } from "../exchange/answer-shape.ts";
import type {
  AnswerFields,
  IssuerContext,
  TokenReader,
  TokenRequest,
} from "../exchange/token-request.ts";
import { tokenIssuer } from "../exchange/token-request.ts";
import { clientRequest, expiredCertificate } from "./client-request.ts";
import type { Registration } from "./registered-client.ts";
import { openClient } from "./registered-client.ts";
import type { Parameters, TokenPurpose } from "./request-parameters.ts";
import { purposeParameters } from "./request-parameters.ts";

/** A grant of OAuth for our own credentials alone, such as client credentials (RFC 6749 §4.4). */
export interface ClientGrant<Settings extends ClientGrantSettings, Secret>
  extends Omit<TokenReader<Settings, Secret>, "readAnswer">,
    Registration<Settings, Secret> {
  /** Where answers are not the standard's (RFC 6749 §5.1). */
  readAnswer?: TokenReader<Settings, Secret>["readAnswer"];
  parameters(settings: Settings, secret: Secret): Parameters;
}

/** The settings of every such provider. */
export interface ClientGrantSettings extends TokenPurpose {
  readonly tokenUrl: string;
  readonly tokenParameters?: Readonly<Record<string, string>> | undefined;
  readonly answer?: AnswerShape | undefined;
  /** The life of a token whose answer states none. */
  readonly lifetimeSeconds?: number | undefined;
}

export async function clientIssuer<Settings extends ClientGrantSettings, Secret>(
  provider: ClientGrant<Settings, Secret> | TokenRequest<Settings, Secret>,
  settings: Settings,
  readSecret: (text: Sensitive) => Secret,
  context: IssuerContext,
): Promise<Issuer> {
  const openRequest = (secret: Secret) =>
    "request" in provider
      ? () => provider.request(settings, secret)
      : grantRequest(provider, settings, secret, context);
  const { revocationScope, readAnswer } = provider;
  const reading = readAnswer ? { readAnswer } : await standardReading(settings);
  return tokenIssuer({ revocationScope, ...reading }, openRequest, settings, readSecret, context);
}

const maxDays = 400;

/** How the standard's answers are read, and those that are described by settings. Loaded only where that is needed. */
async function standardReading({ answer, lifetimeSeconds }: ClientGrantSettings) {
  const [{ readTokenResponse }, { standardMembers }] = await Promise.all([
    import("./token-response.ts"),
    import("../exchange/answer-shape.ts"),
  ]);
  const unstated: Lifetime =
    lifetimeSeconds === undefined
      ? { kind: "unknown" }
      : { kind: "assumed", lastsMs: lifetimeSeconds * 1000 };
  const lifetimes = { maxDays, unstated, unit: answer?.lifetime?.unit };
  return {
    readAnswer: (fields: AnswerFields, response: HttpResponse, now: Date) =>
      readTokenResponse(fields, lifetimes, response, now),
    inStandardTerms: answer && standardMembers.bind(null, answer),
  };
}

function grantRequest<Settings extends ClientGrantSettings, Secret>(
  grant: ClientGrant<Settings, Secret>,
  settings: Settings,
  secret: Secret,
  context: IssuerContext,
) {
  const { tokenUrl, tokenParameters } = settings;
  const client = openClient(grant, settings, secret);
  const form = new URLSearchParams([
    ...grant.parameters(settings, secret),
    ...purposeParameters(settings, tokenParameters),
  ]);
  return async () =>
    expiredCertificate(client, context.clock.now()) ??
    clientRequest(client, tokenUrl, form, context);
}
