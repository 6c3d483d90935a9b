import type { AskedConsent } from "../model/consent.ts";
import { principalArn } from "./api-event.ts";
import type { OwnerFields } from "./link-contract.ts";

/** What a request says of the consent that it asks for. */
export function askedOf(
  { person, customer, replace }: OwnerFields,
  event: unknown,
  requestId: string | null,
): AskedConsent {
  return { person, customer, mayReplace: replace, begunBy: askerOf(event, requestId) };
}

/**
 * Who made a request: the principal by whose signature API Gateway let it in, or the AWS request, which CloudTrail knows.
 * Undefined for an event that says neither.
 */
export function askerOf(event: unknown, requestId: string | null): string | undefined {
  const { identity, authorizer } = Object(Object(event).requestContext);
  const caller: unknown = Object(identity).userArn ?? Object(Object(authorizer).iam).userArn;
  if (typeof caller === "string" && principalArn.test(caller)) return caller;
  return requestId !== null && /^[\w-]{1,64}$/.test(requestId) ? `request ${requestId}` : undefined;
}
