import type { AccessDecision, AccessRequest } from "../access/simulate-access.ts";
import { simulateAccess } from "../access/simulate-access.ts";
import type { Row } from "./access-row.ts";
import { keyRows } from "./key-rows.ts";
import type { FunctionPrincipal, Policy, SchedulePrincipal } from "./principals.ts";
import { principalsOf, schedulesOf } from "./principals.ts";
import { scheduleRows } from "./schedule-rows.ts";
import { functionRows, logRows, secretRows } from "./service-rows.ts";
import type { RawTemplate, Statement } from "./synthesized.ts";
import { deployed } from "./synthesized.ts";
import { tableRows } from "./table-rows.ts";

export interface AccessCheck extends AccessRequest {
  /** `VendToken conferma/sandbox: dynamodb:GetItem no key` */
  readonly label: string;
  readonly expected: AccessDecision;
}

/** All access checks for a template. */
export function accessChecksOf(template: RawTemplate): AccessCheck[] {
  const stack = deployed(template);
  const principals = principalsOf(stack);
  const realms = [...new Set(principals.map(({ realm }) => realm))];
  const ofFunctions = principals.flatMap((self) => {
    const others = principals.filter((other) => other !== self);
    const foreignRealms = realms.filter((realm) => realm !== self.realm);
    return [tableRows, secretRows, functionRows, logRows, keyRows]
      .flatMap((rowsOf) => rowsOf({ stack, self, others, foreignRealms }))
      .map((row) => accessCheckOf(self, row));
  });
  const ofSchedules = schedulesOf(stack).flatMap((self) =>
    scheduleRows(stack, self, principals).map((row) => accessCheckOf(self, row)),
  );
  return [...ofFunctions, ...ofSchedules];
}

function accessCheckOf(self: FunctionPrincipal | SchedulePrincipal, row: Row): AccessCheck {
  const [expected, action, what, resource, context = {}, resourcePolicy] = row;
  return {
    label: `${self.name}: ${action} ${what}`,
    expected,
    principal: self.roleArn,
    policies: self.policies,
    action,
    resource,
    context,
    resourcePolicy,
  };
}

const cache = new Map<string, Promise<AccessDecision>>();

/** The decision of each check, by label. Requests on which the same statements bear are simulated once. */
export async function decisionsOf(
  checks: readonly AccessCheck[],
): Promise<ReadonlyMap<string, AccessDecision>> {
  const answers = checks.map(async (check) => {
    const { label, expected: _, policies, ...request } = check;
    const key = `${JSON.stringify(request)} ${statementsFor(policies, request.action)}`;
    const answer = cache.get(key) ?? simulateAccess(check);
    cache.set(key, answer);
    return [label, await answer] as const;
  });
  return new Map(await Promise.all(answers));
}

const statements = new WeakMap<AccessRequest["policies"], Map<string, string>>();

/** The statements that may bear on an action: the ones that name it, and any with a wildcard or without actions. */
function statementsFor(policies: AccessRequest["policies"], action: string): string {
  const known = statements.get(policies) ?? new Map<string, string>();
  statements.set(policies, known);
  const text =
    known.get(action) ?? JSON.stringify(policies.map((policy) => bearing(policy, action)));
  known.set(action, text);
  return text;
}

function bearing({ policy }: Policy, action: string): Statement[] {
  const isBearing = ({ Action }: Statement) =>
    Action === undefined || [Action].flat().some((name) => name.includes("*") || name === action);
  return (policy as { Statement: Statement[] }).Statement.filter(isBearing);
}
