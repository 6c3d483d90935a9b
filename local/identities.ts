import { LOCAL_LOCATION } from "./aws/arns.ts";
import { functionArn } from "./aws/lambda/lambda-function.ts";
import type { RequestLog } from "./aws/request-log.ts";
import { requestLog } from "./aws/request-log.ts";
import { authenticator } from "./aws/sigv4/authenticate.ts";
import type { AwsRequest, Guard } from "./aws/sigv4/guard.ts";
import { createGuard } from "./aws/sigv4/guard.ts";
import type { AccessKeys, Principal } from "./aws/sigv4/principals.ts";
import { createPrincipals } from "./aws/sigv4/principals.ts";
import type { DeployedFunction } from "./aws/template/template-function.ts";
import { keptUserKeys } from "./user-keys.ts";

/** The IAM principals of the local account, and the log of their requests. */
export interface Identities {
  /** Creates secrets and tables, and calls the API with curl. */
  readonly operator: Principal;
  /** Invokes the functions. */
  readonly consumer: Principal;
  readonly guard: Guard;
  readonly requests: RequestLog;
  /** The access keys of a function's role. */
  keysOf(fn: Pick<DeployedFunction, "name" | "roleArn">): AccessKeys;
  /** Records that a schedule's role has invoked a function. */
  reportScheduledInvocation(roleArn: string, functionName: string): void;
}

/** With a `folder`, the users' keys are kept in it. */
export function createIdentities(
  onRequest?: (request: AwsRequest) => void,
  folder?: string,
): Identities {
  const keys = folder === undefined ? undefined : keptUserKeys(folder);
  const principals = createPrincipals(LOCAL_LOCATION, keys);
  const requests = requestLog();
  const guard = createGuard(authenticator(principals), (request) => {
    requests.add(request);
    onRequest?.(request);
  });
  return {
    operator: principals.user("operator"),
    consumer: principals.user("consumer"),
    guard,
    requests,
    keysOf({ name, roleArn }) {
      if (!roleArn) throw new Error(`${name} has no role.`);
      return principals.assume(roleArn, name).keys;
    },
    reportScheduledInvocation(roleArn, functionName) {
      const scheduler = principals.assume(roleArn, "scheduler");
      const FunctionName = functionArn(LOCAL_LOCATION, functionName);
      guard.report(scheduler, "lambda:InvokeFunction", { FunctionName });
    },
  };
}
