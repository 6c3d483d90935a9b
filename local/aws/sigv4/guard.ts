import type { IncomingMessage } from "node:http";
import type { Authenticate } from "./authenticate.ts";
import type { Principal } from "./principals.ts";

/** A request to AWS, and who made it. */
export interface AwsRequest {
  /** The principal's ARN. */
  readonly principal: string;
  /** The ARN of the user or role whose policies count. */
  readonly policyOwnerArn: string;
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** As it was sent. */
  readonly input: unknown;
}

/** Stands before an API: lets in who has signed, and tells what is asked for. */
export interface Guard {
  /** Throws `AwsError` for a request that nobody known has signed. */
  authenticate(
    request: IncomingMessage,
    body: Uint8Array,
    service: string,
  ): Promise<Principal | undefined>;
  report(principal: Principal | undefined, action: string, input: unknown): void;
}

/** For servers of one part alone, whose callers are tests. */
export const ALLOW_ALL: Guard = { authenticate: async () => undefined, report: () => {} };

export function createGuard(
  authenticate: Authenticate,
  onRequest: (request: AwsRequest) => void,
): Guard {
  return {
    authenticate: authenticate,
    report(principal, action, input) {
      if (!principal) return;
      onRequest({
        principal: principal.arn,
        policyOwnerArn: principal.policyOwnerArn,
        action,
        input,
      });
    },
  };
}
