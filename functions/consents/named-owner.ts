import type { ConsentResult, NamedOwner } from "../model/consent.ts";
import { VendingError } from "../model/errors.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";

/** Whom nobody tells, nobody can compare: each consent would be refused. Fails with `invalid-request`. */
export async function requireTold(
  { flow }: Pick<ConsentDependencies, "flow">,
  { person, customer }: NamedOwner,
): Promise<void> {
  const { tellsPerson, tellsCustomer, scopes } = await flow();
  if (person !== undefined && !tellsPerson) throw untold("person", "who has consented");
  if (person !== undefined && isEmailAddress(person) && !scopes.includes("email")) {
    const detail =
      "person: no e-mail address is asked for; add the scope email, or name the person by the provider's identifier.";
    throw new VendingError("invalid-request", detail);
  }
  if (customer !== undefined && !tellsCustomer) throw untold("customer", "for whose data");
}

function untold(field: string, what: string): VendingError {
  return new VendingError("invalid-request", `${field}: this provider does not tell ${what}.`);
}

/** In what the owner of a new consent is not the named one, who has to be stated; null for no difference. */
export function differenceFromNamed(
  { person, customer }: NamedOwner,
  consent: ConsentResult,
): "person" | "customer" | null {
  if (person !== undefined && !isStated(person, consent)) return "person";
  return customer !== undefined && customer !== consent.customer ? "customer" : null;
}

/** Some providers let people choose an identifier that looks like somebody's address: one is not taken for the other. */
function isStated(person: string, { subject, verifiedEmail }: ConsentResult): boolean {
  if (!isEmailAddress(person)) return person === subject;
  return verifiedEmail !== undefined && inLowerCase(person) === inLowerCase(verifiedEmail);
}

/** Of ASCII only: other letters have lower cases that look like somebody else's. */
function inLowerCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** A person who is named so is compared with the verified e-mail address only; any other name, with the provider's identifier. */
function isEmailAddress(person: string): boolean {
  return person.includes("@");
}
