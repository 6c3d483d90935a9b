import type { GrantCredential } from "../../model/consent.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { AnswerFields } from "../exchange/token-request.ts";
import type { OAuthClient } from "./client-authentication.ts";
import { basicAuthorization } from "./client-authentication.ts";

/** Shorter secrets occur in ordinary words by chance: they must not be a word of the text. */
const minPartLength = 6;

/**
 * Whether a provider's text holds a secret of the exchange in which it came: then it must be neither stored nor shown nor
 * logged. Providers echo what they were sent, and a scope or a customer's name is shown to people.
 */
export function secretDetector(
  client: OAuthClient,
  sent: readonly string[],
  answer: AnswerFields,
): (text: string) => boolean {
  const { access_token, refresh_token, id_token } = answer;
  const answered = [access_token, refresh_token, id_token].map((value) => String(value ?? ""));
  const secrets = [...secretsOf(client), ...sent, ...answered].map(normalized).filter(Boolean);
  return (text) => {
    const said = [normalized(text), normalized(decoded(text))];
    return secrets.some((secret) =>
      said.some((each) =>
        secret.length < minPartLength
          ? each.split(/[\s,]+/).includes(secret)
          : each.includes(secret),
      ),
    );
  };
}

function secretsOf({ clientId, authentication, certificate }: OAuthClient): string[] {
  const clientSecret = "clientSecret" in authentication ? authentication.clientSecret : null;
  const basic = clientSecret
    ? [
        basicAuthorization(clientId, clientSecret, "raw"),
        basicAuthorization(clientId, clientSecret, "rfc6749"),
      ].map((header) => header.replace("Basic ", ""))
    : [];
  return [clientSecret?.expose() ?? "", certificate?.key.expose() ?? "", ...basic];
}

/** What is secret in a request with a person's grant. */
export function sentSecrets(credential: GrantCredential): string[] {
  if (credential.kind === "refresh-token") return [credential.refreshToken.expose()];
  const { code, authorizationRequest: request } = credential;
  const sent = request ? [request.state, request.nonce, request.codeVerifier.expose()] : [];
  return [code.expose(), ...sent];
}

/** The secret members of our own secret: a client's grant may present any of them. */
export function secretMembers(secret: object): string[] {
  return Object.values(secret).flatMap((member) =>
    member instanceof Sensitive ? String(member.expose()) : [],
  );
}

function normalized(text: string): string {
  return text.trim().toLowerCase();
}

/** As a form or an address would carry it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
