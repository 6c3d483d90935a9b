import type { IncomingMessage } from "node:http";
import type { Authenticate } from "./authenticate.ts";
import type { Principal } from "./principals.ts";

/** A request to AWS and the principal that made it. */
export interface AwsRequest {
  /** The principal's ARN. */
  readonly principal: string;
  /** The ARN of the user or role whose policies apply. */
  readonly policyOwnerArn: string;
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** The request's parameters. */
  readonly input: unknown;
}

/** Authenticates the requests to an API, and reports them. */
export interface Guard {
  /** Throws `AwsError` for a request without a valid signature. */
  authenticate(
    request: IncomingMessage,
    body: Uint8Array,
    service: string,
  ): Promise<Principal | undefined>;
  report(principal: Principal | undefined, action: string, input: unknown): void;
}

/** Accepts every request. For tests of a single service. */
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
