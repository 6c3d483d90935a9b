import { arn } from "../../local/aws/arns.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";
import type { AccessAttempt } from "./access-row.ts";
import { testLocation } from "./synthesized.ts";
import { tokenTableOf } from "./table-rows.ts";

/** The part of the rows' keys that matters to nobody: all connections may be told of. */
const keys = ["conferma/sandbox/acme", "cfis/sandbox/default", "~notices"];

/** What publishing events takes, and what else could be tried with that. */
export function eventAttempts(stack: DeployedStack): AccessAttempt[] {
  const { name, tableArn } = tokenTableOf(stack);
  const made = "stream/2026-01-01T00:00:00.000";
  const stranger = arn(testLocation, "dynamodb", `table/Orders/${made}`);
  const streams = { "": `${tableArn}/${made}`, " of another table": stranger };
  return [
    ...keys.flatMap((key) => marks(tableArn, key)),
    ...Object.entries(streams).flatMap(([whose, resource]) =>
      streamActions.map((action) => ({
        ...{ what: `${action}${whose}`, action: `dynamodb:${action}`, resource },
      })),
    ),
    { what: "ListStreams", action: "dynamodb:ListStreams", resource: "*" },
    ...["token-vending", "default"].map((bus) => ({
      what: `publish on ${bus}`,
      action: "events:PutEvents",
      resource: arn(testLocation, "events", `event-bus/${bus}`),
    })),
    {
      what: "delete the bus",
      action: "events:DeleteEventBus",
      resource: arn(testLocation, "events", "event-bus/token-vending"),
    },
    { what: `change ${name}`, action: "dynamodb:UpdateTable", resource: tableArn },
  ];
}

const streamActions = ["DescribeStream", "GetRecords", "GetShardIterator"];

/** What the function that publishes may do, beside what the status reader may. */
export const publishesEvents = [
  ...keys.map((key) => `tell of ${key}`),
  ...streamActions,
  "ListStreams",
  "publish on token-vending",
];

function marks(resource: string, key: string): AccessAttempt[] {
  const attempt = (what: string, names: readonly string[] | null, answer = "NONE") => ({
    ...{ what: `${what} ${key}`, action: "dynamodb:UpdateItem", resource },
    context: {
      "dynamodb:LeadingKeys": [key],
      "dynamodb:ReturnValues": answer,
      ...(names ? { "dynamodb:Attributes": [...names] } : {}),
    },
  });
  return [
    attempt("tell of", ["pk", "told"]),
    attempt("tell and get all of", ["pk", "told"], "ALL_NEW"),
    attempt("tell and change the version of", ["pk", "told", "version"]),
    attempt("tell and change the token of", ["pk", "told", "sealed"]),
    attempt("tell, naming nothing, of", null),
  ];
}
