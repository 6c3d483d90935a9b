import type { Unprintable } from "../../model/sensitive.ts";

/** Who has consented, according to a verified ID token. */
export interface Person extends Unprintable {
  /** The provider's identifier of the person. */
  readonly subject: string;
  /** All claims (OpenID Connect Core §5.1), of which only the subject is known to be well formed. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The e-mail address that the provider says it has verified (OpenID Connect Core §5.1); without that it may be anybody's. */
export function verifiedEmailOf({ claims }: Person): string | undefined {
  const { email, email_verified: isVerified } = claims;
  return typeof email === "string" && isVerified === true ? email : undefined;
}

/** The e-mail address, login or name of the person, masked: enough to recognise somebody, and no more. Null for none. */
export function maskedIdentity({ claims }: Person): string | null {
  const { email, preferred_username: login, name } = claims;
  const [, local = "", domain = ""] = /^(.+)@([^@\s]+)$/.exec(shown(email)) ?? [];
  if (domain && isVerified(claims)) return `${initial(local)}@${domain}`;
  const words = (shown(login) || shown(name)).split(" ").filter(Boolean).slice(0, 4);
  return words.length > 0 ? words.map(initial).join(" ") : null;
}

/** Some providers have no such claim. */
function isVerified({ email_verified: verified }: Person["claims"]): boolean {
  return verified !== false && verified !== "false";
}

const maxLength = 100;

/** Without control and format characters, which could disguise it as another name; empty for what is no text. */
function shown(claim: unknown): string {
  return typeof claim === "string" ? claim.replace(/\p{C}/gu, "").trim().slice(0, maxLength) : "";
}

function initial(word: string): string {
  const [first = ""] = word;
  return `${first}…`;
}
