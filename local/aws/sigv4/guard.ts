import type { IncomingMessage } from "node:http";
import type { Authenticate } from "./authenticate.ts";
import type { Principal } from "./principals.ts";

/** A request to AWS, and who made it. */
export interface AwsRequest {
  /** The principal's ARN. */
  readonly principal: string;
  /** The ARN of the user or role whose policies count. */
  readonly policiesOf: string;
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** As it was sent. */
  readonly input: unknown;
}

/** Stands before an API: lets in who has signed, and tells what is asked for. */
export interface Guard {
  /** Throws `AwsError` for a request that nobody known has signed. */
  admit(
    request: IncomingMessage,
    body: Uint8Array,
    service: string,
  ): Promise<Principal | undefined>;
  tell(principal: Principal | undefined, action: string, input: unknown): void;
}

/** For servers of one part alone, whose callers are tests. */
export const OPEN: Guard = { admit: async () => undefined, tell: () => {} };

export function createGuard(
  authenticate: Authenticate,
  onRequest: (request: AwsRequest) => void,
): Guard {
  return {
    admit: authenticate,
    tell(principal, action, input) {
      if (!principal) return;
      onRequest({ principal: principal.arn, policiesOf: principal.policiesOf, action, input });
    },
  };
}
