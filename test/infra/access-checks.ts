import type { Row } from "./access-row.ts";
import { keyRows } from "./key-rows.ts";
import type { FunctionPrincipal, SchedulePrincipal } from "./principals.ts";
import { principalsOf, schedulesOf } from "./principals.ts";
import { scheduleRows } from "./schedule-rows.ts";
import { functionRows, logRows, secretRows } from "./service-rows.ts";
import type { AccessDecision, AccessRequest } from "./simulate-access.ts";
import { simulateAccess } from "./simulate-access.ts";
import type { RawTemplate } from "./synthesized.ts";
import { deployed } from "./synthesized.ts";
import { tableRows } from "./table-rows.ts";

export interface AccessCheck extends AccessRequest {
  /** `VendToken conferma/sandbox: dynamodb:GetItem no key` */
  readonly label: string;
  readonly expected: AccessDecision;
}

/** The whole matrix of a template. */
export function accessChecksOf(template: RawTemplate): AccessCheck[] {
  const stack = deployed(template);
  const principals = principalsOf(stack);
  const realms = [...new Set(principals.map(({ realm }) => realm))];
  const ofFunctions = principals.flatMap((me) => {
    const others = principals.filter((other) => other !== me);
    const foreignRealms = realms.filter((realm) => realm !== me.realm);
    return [tableRows, secretRows, functionRows, logRows, keyRows]
      .flatMap((rowsOf) => rowsOf({ stack, self: me, others, foreignRealms }))
      .map((row) => questionOf(me, row));
  });
  const ofSchedules = schedulesOf(stack).flatMap((me) =>
    scheduleRows(stack, me, principals).map((row) => questionOf(me, row)),
  );
  return [...ofFunctions, ...ofSchedules];
}

function questionOf(me: FunctionPrincipal | SchedulePrincipal, row: Row): AccessCheck {
  const [expected, action, what, resource, context = {}, resourcePolicy] = row;
  return {
    label: `${me.name}: ${action} ${what}`,
    expected,
    principal: me.roleArn,
    policies: me.policies,
    action,
    resource,
    context,
    resourcePolicy,
  };
}

const known = new Map<string, Promise<AccessDecision>>();

/** Every answer by its question's label. The same question under the same policies is asked once. */
export async function decisionsOf(
  questions: readonly AccessCheck[],
): Promise<ReadonlyMap<string, AccessDecision>> {
  const answers = questions.map(async (question) => {
    const { label, expected: _, ...request } = question;
    const key = JSON.stringify(request);
    const answer = known.get(key) ?? simulateAccess(request);
    known.set(key, answer);
    return [label, await answer] as const;
  });
  return new Map(await Promise.all(answers));
}
