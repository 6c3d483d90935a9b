import { principalArn } from "./api-event.ts";

/**
 * Who made a request: the principal by whose signature API Gateway let it in, or the AWS request, which CloudTrail knows.
 * Null for an event that says neither.
 */
export function askerOf(event: unknown, requestId: string | null): string | null {
  const { identity, authorizer } = Object(Object(event).requestContext);
  const caller: unknown = Object(identity).userArn ?? Object(Object(authorizer).iam).userArn;
  if (typeof caller === "string" && principalArn.test(caller)) return caller;
  return requestId !== null && /^[\w-]{1,64}$/.test(requestId) ? `request ${requestId}` : null;
}
