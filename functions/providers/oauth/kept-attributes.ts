import { memberAt } from "../exchange/answer-shape.ts";
import type { AnswerFields } from "../exchange/token-request.ts";
import type { OAuthClient } from "./client-authentication.ts";
import { secretDetector, secretMembers } from "./exchange-secrets.ts";

/** It may be sent in a header, and shown. */
const attributePattern = /^[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?$/;

/** The settings by which a provider says what of its answers callers need. */
export interface AttributeSettings {
  /**
   * What is kept of an answer, and where it is found: as the member of its name in the token response (`answer`) or, of a
   * consent, the callback or the ID token (`id-token`); or at a path in one of them, `answer.data.id`.
   */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** Headers of the provider's API whose value is an attribute. */
  readonly attributeHeaders?: Readonly<Record<string, string>> | undefined;
}

/** The attributes of an answer to a request for our own credentials, by what `secret` holds. */
export function attributesOfAnswer(
  settings: AttributeSettings,
  client: OAuthClient,
  secret: object,
  answer: AnswerFields,
): AttributeSettings["attributes"] {
  const holdsSecret = secretDetector(client, secretMembers(secret), answer);
  return keptAttributesIn(settings, { answer }, holdsSecret);
}

/**
 * The attributes that the settings name, where `sources` have them in a form that fits a header and that holds no secret of the
 * exchange. What is missing is left out: callers can do without it, or see that it is not there.
 */
export function keptAttributesIn(
  { attributes: wanted = {} }: AttributeSettings,
  sources: Readonly<Record<string, unknown>>,
  holdsSecret: (text: string) => boolean,
): AttributeSettings["attributes"] {
  const found = Object.entries(wanted).flatMap(([name, where]) => {
    const [source = "", ...path] = where.split(".");
    const value = memberAt(sources[source], path.join(".") || name);
    const text = typeof value === "number" ? String(value) : value;
    const isAttribute = typeof text === "string" && attributePattern.test(text);
    return isAttribute && !holdsSecret(text) ? [[name, text] as const] : [];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}
