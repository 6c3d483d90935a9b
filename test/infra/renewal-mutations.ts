import type { Change, Mutation } from "./mutating.ts";
import {
  add,
  longer,
  realm,
  renew,
  scheduleStatement,
  set,
  statementWith,
  stranger,
  vend,
} from "./mutating.ts";
import { otherFunctionNames } from "./schedule-rows.ts";
import type { Statement } from "./synthesized.ts";
import { nearRealms } from "./table-rows.ts";

const query = (what: string, whose = renew(realm)) => `${whose}: dynamodb:Query ${what}`;
const due = (...keys: string[]) => query(`index due ${keys.join(" + ")}`);
const mixed = due(realm, longer);
const everyForeignKey = [
  ...[`${realm}/acme`, longer, stranger, `${longer}/acme`, `${stranger}/acme`].map((key) =>
    due(key),
  ),
  ...nearRealms(realm).map((key) => due(key)),
  mixed,
];
const noKey = due("no key");

const invoke = (what: string) => `EveryMinute ${realm}: lambda:InvokeFunction ${what}`;

export const renewalMutations: readonly Mutation[] = [
  {
    name: "the guard against queries without a key is dropped",
    change: onQuery(({ Condition = {} }) => delete Condition["Null"]),
    flips: [noKey],
  },
  {
    name: "the guard against queries without a key is turned round",
    change: onQuery(({ Condition = {} }) => set(Condition, "Null", "true")),
    flips: [noKey, due(realm)],
  },
  {
    name: "a query's condition is dropped",
    change: onQuery((statement) => delete statement.Condition),
    flips: [...everyForeignKey, noKey],
  },
  {
    name: "the queried realm is widened to *",
    change: onQuery(({ Condition = {} }) => like(Condition, "*")),
    flips: everyForeignKey,
  },
  {
    name: "the queried realm is widened to what it begins",
    change: onQuery(({ Condition = {} }) => like(Condition, `${realm}*`)),
    flips: [...["/acme", "-2", "-2/acme", "-3", "3"].map((end) => due(`${realm}${end}`)), mixed],
  },
  {
    name: "the queried realm is another one",
    change: onQuery(({ Condition = {} }) =>
      set(Condition, "ForAllValues:StringEquals", [stranger]),
    ),
    flips: [due(realm), due(stranger)],
  },
  {
    name: "one queried key of the realm is enough",
    change: onQuery(({ Condition = {} }) => {
      delete Condition["ForAllValues:StringEquals"];
      set(Condition, "ForAnyValue:StringEquals", [realm]);
    }),
    flips: [mixed],
  },
  {
    name: "the wrong index is granted",
    change: onQuery((statement) => indexed(statement, "/index/any")),
    flips: [due(realm), query(`index any ${realm}`)],
  },
  {
    name: "every index is granted",
    change: onQuery((statement) => indexed(statement, "/index/*")),
    flips: [query(`index any ${realm}`)],
  },
  {
    name: "the table is granted instead of its index",
    change: onQuery((statement) => indexed(statement, "")),
    flips: [due(realm), query(realm)],
  },
  {
    name: "any table's index is granted",
    change: onQuery((statement) => {
      statement.Resource = "arn:aws:dynamodb:*:111122223333:table/*/index/due";
    }),
    flips: ["another table", "a table of a longer name", "another region's table"].map((table) =>
      query(`${table} index due`),
    ),
  },
  {
    name: "Scan is added, on the index",
    change: onQuery((statement) => {
      statement.Action = ["dynamodb:Query", "dynamodb:Scan"];
      delete statement.Condition?.["Null"];
    }),
    flips: [noKey, `${renew(realm)}: dynamodb:Scan index due`],
  },
  {
    name: "the query is granted to who vends",
    change: add(vend(realm), ["dynamodb:Query"], {
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [realm] },
      Null: { "dynamodb:LeadingKeys": "false" },
    }),
    flips: [
      realm,
      `index due ${realm}`,
      `index any ${realm}`,
      ...["another table", "a table of a longer name", "another region's table"].map(
        (table) => `${table} index due`,
      ),
    ].map((what) => query(what, vend(realm))),
  },
  {
    name: "a schedule may call any function",
    change: onSchedule((statement) => {
      statement.Resource = "*";
    }),
    flips: [
      vend(realm),
      ...[longer, stranger].flatMap((one) => [vend(one), renew(one)]),
      ...otherFunctionNames,
      `${renew(realm)}, a version`,
    ].map(invoke),
  },
  {
    name: "a schedule may call another realm's function instead",
    change: (template) => {
      const mine = scheduleStatement(template, renew(realm));
      mine.Resource = scheduleStatement(template, renew(stranger)).Resource;
    },
    flips: [invoke(renew(realm)), invoke(renew(stranger))],
  },
  {
    name: "a schedule may do anything to its function",
    change: onSchedule((statement) => {
      statement.Action = "lambda:*";
    }),
    flips: [
      /^EveryMinute conferma\/sandbox: lambda:(?!InvokeFunction )\w+ RenewTokens conferma\/sandbox$/,
    ],
  },
];

function onQuery(change: (statement: Statement) => unknown): Change {
  return (template) => void change(statementWith(template, renew(realm), "dynamodb:Query"));
}

function onSchedule(change: (statement: Statement) => unknown): Change {
  return (template) => void change(scheduleStatement(template, renew(realm)));
}

function like(condition: NonNullable<Statement["Condition"]>, pattern: string) {
  delete condition["ForAllValues:StringEquals"];
  set(condition, "ForAllValues:StringLike", [pattern]);
}

/** CDK joins the table's ARN and the index. */
function indexed(statement: Statement, index: string) {
  const text = JSON.stringify(statement.Resource).replace("/index/due", index);
  statement.Resource = JSON.parse(text);
}
