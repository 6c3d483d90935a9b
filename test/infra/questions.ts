import type { Answer, Request } from "./ask.ts";
import { ask } from "./ask.ts";
import { keyRows } from "./key-rows.ts";
import type { Principal, Schedule } from "./principals.ts";
import { principalsOf, schedulesOf } from "./principals.ts";
import type { Row } from "./row.ts";
import { scheduleRows } from "./schedule-rows.ts";
import { functionRows, logRows, secretRows } from "./service-rows.ts";
import type { RawTemplate } from "./synthesized.ts";
import { deployed } from "./synthesized.ts";
import { tableRows } from "./table-rows.ts";

export interface Question extends Request {
  /** `VendToken conferma/sandbox: dynamodb:GetItem no key` */
  readonly label: string;
  readonly expected: Answer;
}

/** The whole matrix of a template. */
export function questionsOf(template: RawTemplate): Question[] {
  const stack = deployed(template);
  const principals = principalsOf(stack);
  const realms = [...new Set(principals.map(({ realm }) => realm))];
  const ofFunctions = principals.flatMap((me) => {
    const others = principals.filter((other) => other !== me);
    const foreignRealms = realms.filter((realm) => realm !== me.realm);
    return [tableRows, secretRows, functionRows, logRows, keyRows]
      .flatMap((rowsOf) => rowsOf({ stack, me, others, foreignRealms }))
      .map((row) => questionOf(me, row));
  });
  const ofSchedules = schedulesOf(stack).flatMap((me) =>
    scheduleRows(stack, me, principals).map((row) => questionOf(me, row)),
  );
  return [...ofFunctions, ...ofSchedules];
}

function questionOf(me: Principal | Schedule, row: Row): Question {
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

const known = new Map<string, Promise<Answer>>();

/** Every answer by its question's label. The same question under the same policies is asked once. */
export async function answersTo(
  questions: readonly Question[],
): Promise<ReadonlyMap<string, Answer>> {
  const answers = questions.map(async (question) => {
    const { label, expected: _, ...request } = question;
    const key = JSON.stringify(request);
    const answer = known.get(key) ?? ask(request);
    known.set(key, answer);
    return [label, await answer] as const;
  });
  return new Map(await Promise.all(answers));
}
