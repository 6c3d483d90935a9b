import type { Change, Mutation } from "./mutating.ts";
import {
  addStatement,
  longerNamedRealm,
  mutatedRealm,
  renew,
  scheduleStatement,
  setLeadingKeys,
  statementWith,
  unrelatedRealm,
  vend,
} from "./mutating.ts";
import { otherFunctionNames } from "./schedule-rows.ts";
import type { Statement } from "./synthesized.ts";
import { nearRealms } from "./table-rows.ts";

const query = (what: string, whose = renew(mutatedRealm)) => `${whose}: dynamodb:Query ${what}`;
const due = (...keys: string[]) => query(`index due ${keys.join(" + ")}`);
const mixed = due(mutatedRealm, longerNamedRealm);
const everyForeignKey = [
  ...[
    `${mutatedRealm}/acme`,
    longerNamedRealm,
    unrelatedRealm,
    `${longerNamedRealm}/acme`,
    `${unrelatedRealm}/acme`,
  ].map((key) => due(key)),
  ...nearRealms(mutatedRealm).map((key) => due(key)),
  mixed,
];
const noKey = due("no key");

const invoke = (what: string) => `EveryMinute ${mutatedRealm}: lambda:InvokeFunction ${what}`;

export const renewalMutations: readonly Mutation[] = [
  {
    name: "the guard against queries without a key is dropped",
    change: onQuery(({ Condition = {} }) => delete Condition["Null"]),
    flips: [noKey],
  },
  {
    name: "the guard against queries without a key is turned round",
    change: onQuery(({ Condition = {} }) => setLeadingKeys(Condition, "Null", "true")),
    flips: [noKey, due(mutatedRealm)],
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
    change: onQuery(({ Condition = {} }) => like(Condition, `${mutatedRealm}*`)),
    flips: [
      ...["/acme", "-2", "-2/acme", "-3", "3"].map((end) => due(`${mutatedRealm}${end}`)),
      mixed,
    ],
  },
  {
    name: "the queried realm is another one",
    change: onQuery(({ Condition = {} }) =>
      setLeadingKeys(Condition, "ForAllValues:StringEquals", [unrelatedRealm]),
    ),
    flips: [due(mutatedRealm), due(unrelatedRealm)],
  },
  {
    name: "one queried key of the realm is enough",
    change: onQuery(({ Condition = {} }) => {
      delete Condition["ForAllValues:StringEquals"];
      setLeadingKeys(Condition, "ForAnyValue:StringEquals", [mutatedRealm]);
    }),
    flips: [mixed],
  },
  {
    name: "the wrong index is granted",
    change: onQuery((statement) => indexed(statement, "/index/any")),
    flips: [due(mutatedRealm), query(`index any ${mutatedRealm}`)],
  },
  {
    name: "every index is granted",
    change: onQuery((statement) => indexed(statement, "/index/*")),
    flips: [query(`index any ${mutatedRealm}`)],
  },
  {
    name: "the table is granted instead of its index",
    change: onQuery((statement) => indexed(statement, "")),
    flips: [due(mutatedRealm), query(mutatedRealm)],
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
    flips: [noKey, `${renew(mutatedRealm)}: dynamodb:Scan index due`],
  },
  {
    name: "the query is granted to who vends",
    change: addStatement(vend(mutatedRealm), ["dynamodb:Query"], {
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [mutatedRealm] },
      Null: { "dynamodb:LeadingKeys": "false" },
    }),
    flips: [
      mutatedRealm,
      `index due ${mutatedRealm}`,
      `index any ${mutatedRealm}`,
      ...["another table", "a table of a longer name", "another region's table"].map(
        (table) => `${table} index due`,
      ),
    ].map((what) => query(what, vend(mutatedRealm))),
  },
  {
    name: "a schedule may call any function",
    change: onSchedule((statement) => {
      statement.Resource = "*";
    }),
    flips: [
      vend(mutatedRealm),
      ...[longerNamedRealm, unrelatedRealm].flatMap((one) => [vend(one), renew(one)]),
      ...otherFunctionNames,
      `${renew(mutatedRealm)}, a version`,
    ].map(invoke),
  },
  {
    name: "a schedule may call another realm's function instead",
    change: (template) => {
      const mine = scheduleStatement(template, renew(mutatedRealm));
      mine.Resource = scheduleStatement(template, renew(unrelatedRealm)).Resource;
    },
    flips: [invoke(renew(mutatedRealm)), invoke(renew(unrelatedRealm))],
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
  return (template) => void change(statementWith(template, renew(mutatedRealm), "dynamodb:Query"));
}

function onSchedule(change: (statement: Statement) => unknown): Change {
  return (template) => void change(scheduleStatement(template, renew(mutatedRealm)));
}

function like(condition: NonNullable<Statement["Condition"]>, pattern: string) {
  delete condition["ForAllValues:StringEquals"];
  setLeadingKeys(condition, "ForAllValues:StringLike", [pattern]);
}

/** CDK joins the table's ARN and the index. */
function indexed(statement: Statement, index: string) {
  const text = JSON.stringify(statement.Resource).replace("/index/due", index);
  statement.Resource = JSON.parse(text);
}
