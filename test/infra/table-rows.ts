import { arn } from "../../local/aws/arns.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";
import type { AccessDecision } from "../access/simulate-access.ts";
import type { Row, RowContext } from "./access-row.ts";
import type { FunctionPrincipal } from "./principals.ts";
import { testLocation } from "./synthesized.ts";

/** The actions that the store uses (functions/store/dynamodb-token-store.ts). */
export const itemActions = ["dynamodb:GetItem", "dynamodb:UpdateItem"];

/** Other actions on items: granted to nobody on the table. */
export const otherItemActions = [
  "dynamodb:Query",
  "dynamodb:PutItem",
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

/** Keys that resemble the realm's own. */
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

/** Index keys that resemble the realm's own. */
export function nearRealms(realm: string): string[] {
  const [provider = ""] = realm.split("/");
  return [
    `${realm}-3`,
    `${realm}3`,
    `x${realm}`,
    realm.toUpperCase(),
    provider,
    `${provider}/*`,
    "*",
  ];
}

export function tokenTableOf(stack: DeployedStack) {
  const table = stack.tables.find(({ logicalId }) => logicalId.startsWith("Tokens"));
  if (!table) throw new Error("The template has no table of tokens.");
  return { name: table.name, tableArn: arn(testLocation, "dynamodb", `table/${table.name}`) };
}

/** A record is read with the freeze of its realm, which operators alone write, as they do the record's own. */
function freezeRows(
  tableArn: string,
  { realm, kind }: FunctionPrincipal,
  own: string,
  other: string,
): Row[] {
  const reads = kind === "BeginConsent" ? "denied" : "allowed";
  const [freeze, read, write] = [
    `${realm}/~freeze`,
    "dynamodb:BatchGetItem",
    "dynamodb:UpdateItem",
  ];
  const thawing = { ...leading(own), "dynamodb:Attributes": ["pk", "frozen", "revision"] };
  return [
    [reads, read, `${own} + ${freeze}`, tableArn, leading(own, freeze)],
    ["denied", read, `${own} + ${other}`, tableArn, leading(own, other)],
    ["denied", read, "no key", tableArn],
    ["denied", write, freeze, tableArn, leading(freeze)],
    ["denied", write, `frozen of ${own}`, tableArn, thawing],
  ];
}

export function tableRows({ stack, self, foreignRealms }: RowContext): Row[] {
  const table = tokenTableOf(stack);
  const { tableArn } = table;
  const own = `${self.realm}/acme`;
  const foreign = foreignRealms.map((realm) => `${realm}/acme`);
  const [other = ""] = foreign;
  const ofRecords = self.kind === "BeginConsent" ? "denied" : "allowed";
  const pending = `${self.realm}/~consent/0123`;
  const asked = `${self.realm}/~asked/acme`;

  return [
    ...itemActions.flatMap((action): Row[] => [
      ...[own, `${self.realm}/~scope/0123`].map(
        (key): Row => [ofRecords, action, key, tableArn, leading(key)],
      ),
      ["allowed", action, pending, tableArn, leading(pending)],
      [ofRecords, action, `${own} + ${pending}`, tableArn, leading(own, pending)],
      ...[...foreign, ...nearKeys(self.realm)].map(
        (key): Row => ["denied", action, key, tableArn, leading(key)],
      ),
      ["denied", action, `${own} + ${other}`, tableArn, leading(own, other)],
      ["denied", action, "no key", tableArn],
      ...elsewhere(table.name).map(
        ([what, resource]): Row => ["denied", action, `${what} ${own}`, resource, leading(own)],
      ),
    ]),
    [ofRecords, "dynamodb:GetItem", asked, tableArn, leading(asked)],
    ["allowed", "dynamodb:UpdateItem", asked, tableArn, leading(asked)],
    ...freezeRows(tableArn, self, own, other),
    ...deletionRows(tableArn, self, foreign),
    ...otherItemActions.flatMap((action): Row[] => [
      ["denied", action, own, tableArn, leading(own)],
      ["denied", action, other, tableArn, leading(other)],
      ["denied", action, "no key", tableArn],
    ]),
    ...partsOfTransactions(tableArn, own, foreign, ofRecords),
    ["denied", "dynamodb:Query", self.realm, tableArn, leading(self.realm)],
    ...["due", "any"].flatMap((index) => indexRows(index, tableArn, self, foreignRealms)),
    ...elsewhere(table.name).map(([what, resource]): Row => {
      const indexArn = `${resource}/index/due`;
      return ["denied", "dynamodb:Query", `${what} index due`, indexArn, leading(self.realm)];
    }),
    ...tableActions.map((action): Row => ["denied", action, "the table", tableArn]),
    ["denied", "dynamodb:GetRecords", "its stream", `${tableArn}/stream/2026-01-01T00:00:00.000`],
    ["denied", "dynamodb:ListTables", "all", "*"],
  ];
}

/** Pending consents are claimed by deleting them, by one function; no record ever is deleted. */
function deletionRows(tableArn: string, me: FunctionPrincipal, foreign: readonly string[]): Row[] {
  const expected = me.kind === "CompleteConsent" ? "allowed" : "denied";
  const pending = `${me.realm}/~consent/0123`;
  const others = [`${me.realm}/acme`, `${me.realm}/~scope/0123`, `${me.realm}/~consent`];
  const deletion = (answer: AccessDecision, what: string, ...keys: string[]): Row => {
    const context = keys.length > 0 ? leading(...keys) : {};
    return [answer, "dynamodb:DeleteItem", what, tableArn, context];
  };
  return [
    deletion(expected, pending, pending),
    ...[...others, ...foreign, ...nearKeys(me.realm)].map((key) => deletion("denied", key, key)),
    ...foreign.map((key) => {
      const theirs = key.replace(/acme$/, "~consent/0123");
      return deletion("denied", theirs, theirs);
    }),
    deletion("denied", "a record and a pending consent", others[0] ?? "", pending),
    deletion("denied", "no key"),
  ];
}

/** Only the renewing function may query the index, and only by its own realm. */
function indexRows(
  index: string,
  tableArn: string,
  { kind, realm }: FunctionPrincipal,
  foreignRealms: readonly string[],
): Row[] {
  const indexArn = `${tableArn}/index/${index}`;
  const query = (expected: AccessDecision, ...keys: string[]): Row => {
    const what = `index ${index} ${keys.join(" + ")}`;
    return [expected, "dynamodb:Query", what, indexArn, leading(...keys)];
  };
  const denied = [
    `${realm}/acme`,
    ...foreignRealms,
    ...foreignRealms.map((foreign) => `${foreign}/acme`),
    ...nearRealms(realm),
  ];
  return [
    query(kind === "RenewTokens" && index === "due" ? "allowed" : "denied", realm),
    ...denied.map((key) => query("denied", key)),
    query("denied", realm, foreignRealms[0] ?? ""),
    ["denied", "dynamodb:Query", `index ${index} no key`, indexArn],
    ["denied", "dynamodb:Scan", `index ${index}`, indexArn],
  ];
}

/** A transaction is not an IAM action: each of its parts is checked by itself. */
function partsOfTransactions(
  tableArn: string,
  own: string,
  foreign: readonly string[],
  ofRecords: AccessDecision,
): Row[] {
  const parts: [Row[0], string, string, string][] = [
    [ofRecords, "dynamodb:GetItem", "TransactGetItems", own],
    [ofRecords, "dynamodb:UpdateItem", "TransactWriteItems", own],
    ["denied", "dynamodb:DeleteItem", "TransactWriteItems", own],
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
  const otherRegion = { ...testLocation, region: "us-east-1" };
  const otherAccount = { ...testLocation, accountId: "444455556666" };
  return [
    ["another table", arn(testLocation, "dynamodb", "table/Orders")],
    ["a table of a longer name", arn(testLocation, "dynamodb", `table/${table}-copy`)],
    ["another region's table", arn(otherRegion, "dynamodb", `table/${table}`)],
    ["another account's table", arn(otherAccount, "dynamodb", `table/${table}`)],
  ];
}

function leading(...keys: string[]) {
  return { "dynamodb:LeadingKeys": keys };
}
