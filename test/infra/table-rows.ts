import { arn } from "../../local/aws/arns.ts";
import type { Asking, Row } from "./row.ts";
import { place } from "./synthesized.ts";

/** What the store sends (functions/store/dynamodb-token-store.ts). */
export const itemActions = ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];

/** What names keys and is granted to nobody. */
export const otherItemActions = [
  "dynamodb:Query",
  "dynamodb:PutItem",
  "dynamodb:BatchGetItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:ConditionCheckItem",
  "dynamodb:PartiQLSelect",
  "dynamodb:PartiQLInsert",
  "dynamodb:PartiQLUpdate",
  "dynamodb:PartiQLDelete",
];

const tableActions = [
  "dynamodb:Scan",
  "dynamodb:DescribeTable",
  "dynamodb:DeleteTable",
  "dynamodb:UpdateTable",
  "dynamodb:UpdateTimeToLive",
  "dynamodb:UpdateContinuousBackups",
  "dynamodb:CreateBackup",
  "dynamodb:ExportTableToPointInTime",
  "dynamodb:PutResourcePolicy",
  "dynamodb:TagResource",
];

/** Keys that look like the realm's own, or nearly. */
export function nearKeys(realm: string): string[] {
  const [provider] = realm.split("/");
  return [
    realm,
    `${realm}-3/acme`,
    `${realm}3/acme`,
    `x${realm}/acme`,
    `x/${realm}/acme`,
    `${realm.toUpperCase()}/acme`,
    `${provider}/acme`,
    `${provider}/*`,
    "*",
  ];
}

export function tableRows({ stack, me, others }: Asking): Row[] {
  const table = stack.tables.find(({ logicalId }) => logicalId.startsWith("Tokens"));
  if (!table) throw new Error("The template has no table of tokens.");
  const tableArn = arn(place, "dynamodb", `table/${table.name}`);
  const own = `${me.realm}/acme`;
  const foreign = others.map(({ realm }) => `${realm}/acme`);
  const [other = ""] = foreign;

  return [
    ...itemActions.flatMap((action): Row[] => [
      ...[own, `${me.realm}/~scope/0123`].map(
        (key): Row => ["allowed", action, key, tableArn, leading(key)],
      ),
      ...[...foreign, ...nearKeys(me.realm)].map(
        (key): Row => ["denied", action, key, tableArn, leading(key)],
      ),
      ["denied", action, `${own} + ${other}`, tableArn, leading(own, other)],
      ["denied", action, "no key", tableArn],
      ...elsewhere(table.name).map(
        ([what, resource]): Row => ["denied", action, `${what} ${own}`, resource, leading(own)],
      ),
    ]),
    ...otherItemActions.flatMap((action): Row[] => [
      ["denied", action, own, tableArn, leading(own)],
      ["denied", action, other, tableArn, leading(other)],
      ["denied", action, "no key", tableArn],
    ]),
    ...partsOfTransactions(tableArn, own, foreign),
    ...["due", "any"].flatMap((index): Row[] => {
      const indexArn = `${tableArn}/index/${index}`;
      return [
        ["denied", "dynamodb:Query", `index ${index} ${own}`, indexArn, leading(own)],
        ["denied", "dynamodb:Query", `index ${index} ${me.realm}`, indexArn, leading(me.realm)],
        ["denied", "dynamodb:Query", `index ${index} ${other}`, indexArn, leading(other)],
        ["denied", "dynamodb:Query", `index ${index} no key`, indexArn],
        ["denied", "dynamodb:Scan", `index ${index}`, indexArn],
      ];
    }),
    ...tableActions.map((action): Row => ["denied", action, "the table", tableArn]),
    ["denied", "dynamodb:GetRecords", "its stream", `${tableArn}/stream/2026-01-01T00:00:00.000`],
    ["denied", "dynamodb:ListTables", "all", "*"],
  ];
}

/** A transaction is no action: each part of it is asked about by itself. */
function partsOfTransactions(tableArn: string, own: string, foreign: readonly string[]): Row[] {
  const parts: [Row[0], string, string, string][] = [
    ["allowed", "dynamodb:GetItem", "TransactGetItems", own],
    ["allowed", "dynamodb:UpdateItem", "TransactWriteItems", own],
    ["allowed", "dynamodb:DeleteItem", "TransactWriteItems", own],
    ["denied", "dynamodb:PutItem", "TransactWriteItems", own],
    ...foreign.flatMap((key): [Row[0], string, string, string][] => [
      ["denied", "dynamodb:GetItem", "TransactGetItems", key],
      ["denied", "dynamodb:UpdateItem", "TransactWriteItems", key],
      ["denied", "dynamodb:DeleteItem", "TransactWriteItems", key],
      ["denied", "dynamodb:PutItem", "TransactWriteItems", key],
    ]),
  ];
  return parts.map(([expected, action, operation, key]) => {
    const context = { ...leading(key), "dynamodb:EnclosingOperation": operation };
    return [expected, action, `${key} in a transaction`, tableArn, context];
  });
}

function elsewhere(table: string): [string, string][] {
  const otherRegion = { ...place, region: "us-east-1" };
  const otherAccount = { ...place, accountId: "444455556666" };
  return [
    ["another table", arn(place, "dynamodb", "table/Orders")],
    ["a table of a longer name", arn(place, "dynamodb", `table/${table}-copy`)],
    ["another region's table", arn(otherRegion, "dynamodb", `table/${table}`)],
    ["another account's table", arn(otherAccount, "dynamodb", `table/${table}`)],
  ];
}

function leading(...keys: string[]) {
  return { "dynamodb:LeadingKeys": keys };
}
