import type { Issuer } from "../../model/provider.ts";
import type { Sensitive } from "../../model/sensitive.ts";
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
  const { revocationScope, readAnswer = await standardReader() } = provider;
  return tokenIssuer({ revocationScope, readAnswer }, openRequest, settings, readSecret, context);
}

const maxDays = 400;

/** Loaded only where it is needed. */
async function standardReader() {
  const { readTokenResponse } = await import("./token-response.ts");
  return (fields: AnswerFields) => readTokenResponse(fields, maxDays, { kind: "unknown" });
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
