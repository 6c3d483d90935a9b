import type { RawResource, RawTemplate, Statement } from "./synthesized.ts";
import { resourcesIn, stackName } from "./synthesized.ts";

/** The realm whose roles are mutated, and two realms that they must not reach. */
export const mutatedRealm = "conferma/sandbox";
export const longerNamedRealm = "conferma/sandbox-2";
export const unrelatedRealm = "cfis/sandbox";

export const mutatedRealms = [mutatedRealm, longerNamedRealm, unrelatedRealm];

export interface Mutation {
  readonly name: string;
  readonly change: Change;
  /** The checks whose decision changes: by label, or all matching checks that were denied before. */
  readonly flips: readonly (string | RegExp)[];
}

export type Change = (template: RawTemplate) => void;

export const vend = (whose: string) => `VendToken ${whose}`;
export const renew = (whose: string) => `RenewTokens ${whose}`;

export function addStatement(
  whose: string,
  actions: string[],
  condition?: Statement["Condition"],
): Change {
  return (template) => {
    statementsOf(template, roleOf(template, whose)).push({
      Effect: "Allow",
      Action: actions,
      Resource: "*",
      ...(condition && { Condition: condition }),
    });
  };
}

export function setLeadingKeys(
  condition: NonNullable<Statement["Condition"]>,
  operator: string,
  value: unknown,
) {
  condition[operator] = { "dynamodb:LeadingKeys": value };
}

/** `whose` is a function's name as in the labels of the checks: `VendToken conferma/sandbox`. */
export function statementWith(template: RawTemplate, whose: string, action: string): Statement {
  return onlyWith(action, statementsOf(template, roleOf(template, whose)));
}

/** The statement of the role of the schedule that invokes this function. */
export function scheduleStatement(template: RawTemplate, whose: string): Statement {
  const [functionId] = functionOf(template, whose);
  const roles = resourcesIn(template, "AWS::Scheduler::Schedule")
    .map(([, { Properties }]) => Properties["Target"] as Record<"Arn" | "RoleArn", GetArn>)
    .filter(({ Arn }) => Arn["Fn::GetAtt"][0] === functionId)
    .map(({ RoleArn }) => RoleArn["Fn::GetAtt"][0]);
  const [role = ""] = roles;
  return onlyWith("lambda:InvokeFunction", statementsOf(template, role));
}

function onlyWith(action: string, statements: readonly Statement[]): Statement {
  const found = statements.filter(({ Action }) => [Action].flat().includes(action));
  const [statement] = found;
  if (!statement || found.length > 1) throw new Error(`Not one statement has ${action}.`);
  return statement;
}

function statementsOf(template: RawTemplate, role: string): Statement[] {
  const { Statement = [] } = Object(rolePolicy(template, role).Properties["PolicyDocument"]);
  return Statement;
}

export function rolePolicy(template: RawTemplate, role: string): RawResource {
  const found = resourcesIn(template, "AWS::IAM::Policy")
    .map(([, policy]) => policy)
    .find(({ Properties }) => JSON.stringify(Properties["Roles"]).includes(`"${role}"`));
  if (!found) throw new Error(`${role} has no policy.`);
  return found;
}

interface GetArn {
  readonly "Fn::GetAtt": readonly [logicalId: string, attribute: "Arn"];
}

export function roleOf(template: RawTemplate, whose: string): string {
  const [, { Properties }] = functionOf(template, whose);
  const { Role } = Properties as { Role: GetArn };
  return Role["Fn::GetAtt"][0];
}

export function functionOf(template: RawTemplate, whose: string): [string, RawResource] {
  const [kind = "", name = ""] = whose.split(" ");
  const [provider, environment] = name.split("/");
  const start = JSON.stringify({ provider, environment }).slice(0, -1);
  const found = resourcesIn(template, "AWS::Lambda::Function").find(
    ([logicalId, { Properties }]) =>
      logicalId.includes(kind) &&
      JSON.stringify(Properties).includes(JSON.stringify(start).slice(1, -1)),
  );
  if (!found) throw new Error(`${stackName} has no ${whose}.`);
  return found;
}
