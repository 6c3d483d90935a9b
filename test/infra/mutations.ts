import { sealingActions } from "./key-rows.ts";
import type { Change, Mutation } from "./mutating.ts";
import {
  addStatement,
  functionOf,
  longerNamedRealm,
  mutatedRealm,
  renew,
  roleOf,
  rolePolicy,
  setLeadingKeys,
  statementWith,
  unrelatedRealm,
  vend,
} from "./mutating.ts";
import type { Statement } from "./synthesized.ts";
import { itemActions, nearKeys, otherItemActions } from "./table-rows.ts";

const labels = (actions: readonly string[], whats: readonly string[], whose = mutatedRealm) =>
  actions.flatMap((action) => whats.map((what) => `${vend(whose)}: ${action} ${what}`));

const own = `${mutatedRealm}/acme`;
/** A record is read with its realm's freeze. */
const both = (...whats: readonly string[]) => labels(["dynamodb:BatchGetItem"], whats);
const withFreeze = (realm: string) => `${realm}/acme + ${realm}/~freeze`;
const mixed = `${own} + ${longerNamedRealm}/acme`;
const foreignKeys = [`${longerNamedRealm}/acme`, `${unrelatedRealm}/acme`];
const inTransaction = (key: string) => `${key} in a transaction`;
const everyForeignKey = [
  ...foreignKeys,
  ...foreignKeys.map(inTransaction),
  ...nearKeys(mutatedRealm),
  mixed,
];
/** What a pattern takes in that lost its slash. */
const longerRealms = ["-2", "-3", "3"].map((end) => `${mutatedRealm}${end}/acme`);
const otherFunctions = [
  renew(mutatedRealm),
  ...[longerNamedRealm, unrelatedRealm].flatMap((one) => [vend(one), renew(one)]),
];
const writeLog = ["logs:CreateLogStream", "logs:PutLogEvents"];
const get = ["secretsmanager:GetSecretValue"];

export const mutations: readonly Mutation[] = [
  {
    name: "the guard against requests without a key is dropped",
    change: onItems(({ Condition = {} }) => delete Condition["Null"]),
    flips: [...labels(itemActions, ["no key"]), ...both("no key")],
  },
  {
    name: "the guard is turned round",
    change: onItems(({ Condition = {} }) => setLeadingKeys(Condition, "Null", "true")),
    flips: [
      ...labels(itemActions, ["no key", own, inTransaction(own), ...besideRecords(mutatedRealm)]),
      ...both("no key", withFreeze(mutatedRealm)),
    ],
  },
  {
    name: "the condition is dropped",
    change: onItems((statement) => delete statement.Condition),
    flips: [...labels(itemActions, [...everyForeignKey, "no key"]), ...both("no key", mixed)],
  },
  {
    name: "leading keys are widened to *",
    change: onItems(({ Condition = {} }) =>
      setLeadingKeys(Condition, "ForAllValues:StringLike", ["*"]),
    ),
    flips: [...labels(itemActions, everyForeignKey), ...both(mixed)],
  },
  {
    name: "leading keys are widened to the provider",
    change: onItems(({ Condition = {} }) =>
      setLeadingKeys(Condition, "ForAllValues:StringLike", ["conferma/*"]),
    ),
    flips: labels(itemActions, [
      mutatedRealm,
      mixed,
      ...longerRealms,
      inTransaction(`${longerNamedRealm}/acme`),
      "conferma/acme",
      "conferma/*",
    ]).concat(both(mixed)),
  },
  {
    name: "leading keys lose their slash",
    change: onItems(({ Condition = {} }) =>
      setLeadingKeys(Condition, "ForAllValues:StringLike", [`${mutatedRealm}*`]),
    ),
    flips: labels(itemActions, [
      mutatedRealm,
      mixed,
      ...longerRealms,
      inTransaction(`${longerNamedRealm}/acme`),
    ]).concat(both(mixed)),
  },
  {
    name: "one key of the realm is enough",
    change: onItems(({ Condition = {} }) => {
      Condition["ForAnyValue:StringLike"] = Condition["ForAllValues:StringLike"] ?? {};
      delete Condition["ForAllValues:StringLike"];
    }),
    flips: [...labels(itemActions, [mixed]), ...both(mixed)],
  },
  {
    name: "another realm's keys are added",
    change: onItems(({ Condition = {} }) =>
      setLeadingKeys(Condition, "ForAllValues:StringLike", [
        `${mutatedRealm}/*`,
        `${unrelatedRealm}/*`,
      ]),
    ),
    flips: labels(itemActions, [`${unrelatedRealm}/acme`, inTransaction(`${unrelatedRealm}/acme`)]),
  },
  {
    name: "Query is added",
    change: onItems((statement) => {
      statement.Action = [...[statement.Action].flat(), "dynamodb:Query"];
    }),
    flips: labels(["dynamodb:Query"], [own]),
  },
  {
    name: "Query is added, on the indexes as well",
    change: onItems((statement) => {
      statement.Action = [...[statement.Action].flat(), "dynamodb:Query"];
      statement.Resource = [
        statement.Resource,
        { "Fn::Join": ["/", [statement.Resource, "index", "*"]] },
      ];
    }),
    flips: labels(["dynamodb:Query"], [own, `index due ${own}`, `index any ${own}`]),
  },
  {
    name: "every action on items is granted",
    change: onItems((statement) => {
      statement.Action = "dynamodb:*";
    }),
    flips: [
      ...labels(otherItemActions, [own]),
      ...labels(["dynamodb:PutItem"], [inTransaction(own)]),
      ...labels(
        ["dynamodb:DeleteItem"],
        [
          ...["acme", "~scope/0123", "~consent", "~consent/0123"].map(
            (end) => `${mutatedRealm}/${end}`,
          ),
          "a record and a pending consent",
          inTransaction(own),
        ],
      ),
    ],
  },
  {
    name: "Scan and DescribeTable are granted without a condition",
    change: addStatement(vend(mutatedRealm), ["dynamodb:Scan", "dynamodb:DescribeTable"]),
    flips: labels(["dynamodb:Scan", "dynamodb:DescribeTable"], ["the table"]).concat(
      labels(["dynamodb:Scan"], ["index due", "index any"]),
    ),
  },
  {
    name: "any table will do",
    change: onItems((statement) => {
      statement.Resource = "*";
    }),
    flips: labels(
      itemActions,
      ["another table", "a table of a longer name", "another region's table"].map(
        (table) => `${table} ${own}`,
      ),
    ),
  },
  {
    name: "any secret will do",
    change: onSecrets((statement) => {
      statement.Resource = "*";
    }),
    flips: [/^VendToken conferma\/sandbox: secretsmanager:GetSecretValue (?!another account)/],
  },
  {
    name: "the secrets' prefix loses its slash",
    change: onSecrets((statement) => {
      statement.Resource = secretsNamed(`token-vending/${mutatedRealm}*`);
    }),
    flips: labels(
      get,
      ["", "-2/acme", "-3/acme", "3/acme"].map((end) => `token-vending/${mutatedRealm}${end}`),
    ),
  },
  {
    name: "the secrets' prefix is widened to the provider",
    change: onSecrets((statement) => {
      statement.Resource = secretsNamed("token-vending/conferma/*");
    }),
    flips: labels(get, [
      ...["", "-2/acme", "-3/acme", "3/acme"].map((end) => `token-vending/${mutatedRealm}${end}`),
      "token-vending/conferma/acme",
    ]),
  },
  {
    name: "the secrets' prefix may stand anywhere",
    change: onSecrets((statement) => {
      statement.Resource = secretsNamed(`*${mutatedRealm}/*`);
    }),
    flips: labels(get, [`x/token-vending/${own}`, own]),
  },
  {
    name: "secrets of any region and account will do",
    change: onSecrets((statement) => {
      statement.Resource = `arn:aws:secretsmanager:*:*:secret:token-vending/${mutatedRealm}/*`;
    }),
    flips: labels(get, [`another region's token-vending/${own}`]),
  },
  {
    name: "writing secrets is granted",
    change: onSecrets((statement) => {
      statement.Action = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"];
    }),
    flips: labels(["secretsmanager:PutSecretValue"], [`token-vending/${own}`]),
  },
  {
    name: "every action on the realm's secrets is granted",
    change: onSecrets((statement) => {
      statement.Action = "secretsmanager:*";
    }),
    flips: [
      /^VendToken conferma\/sandbox: secretsmanager:\w+ token-vending\/conferma\/sandbox\/acme$/,
    ],
  },
  {
    name: "listing secrets is granted",
    change: addStatement(vend(mutatedRealm), ["secretsmanager:ListSecrets"]),
    flips: labels(["secretsmanager:ListSecrets"], ["all"]),
  },
  {
    name: "invoking any function is granted",
    change: addStatement(vend(mutatedRealm), ["lambda:InvokeFunction"]),
    flips: labels(["lambda:InvokeFunction"], ["itself", ...otherFunctions]),
  },
  {
    name: "reading any log is granted",
    change: addStatement(vend(mutatedRealm), ["logs:GetLogEvents"]),
    flips: labels(
      ["logs:GetLogEvents"],
      ["its own", ...otherFunctions.map((name) => `of ${name}`)],
    ),
  },
  {
    name: "writing any log is granted",
    change: onLog((statement) => {
      statement.Resource = "*";
    }),
    flips: labels(
      writeLog,
      otherFunctions.map((name) => `of ${name}`),
    ),
  },
  {
    name: "every key is granted",
    change: addStatement(vend(mutatedRealm), ["kms:*"]),
    // The key's own policy still denies all but administration, and use for a connection.
    flips: [
      /^VendToken conferma\/sandbox: kms:\w+ another key /,
      /^VendToken conferma\/sandbox: kms:(Decrypt|GenerateDataKey) [^ /]+\/[^ /]+\/[^ ]+$/,
      /^VendToken conferma\/sandbox: kms:(?!CreateGrant)\w+ the key$/,
    ],
  },
  {
    name: "the encryption context goes unasked",
    change: (template) => {
      const statement = statementWith(template, vend(mutatedRealm), "kms:Decrypt");
      delete statement.Condition;
    },
    flips: sealingActions.map(
      (action) => new RegExp(`^VendToken conferma/sandbox: ${action} [^ /]+/[^ /]+/[^ ]+$`),
    ),
  },
  {
    name: "decrypting is granted within any encryption context but none",
    change: addStatement(vend(mutatedRealm), ["kms:Decrypt"], {
      Null: { "kms:EncryptionContext:connection": "false" },
    }),
    flips: [/^VendToken conferma\/sandbox: kms:Decrypt (another key )?[^ /]+\/[^ /]+\/[^ ]+$/],
  },
  {
    name: "one realm's policy is attached to another realm's role",
    change: (template) => {
      const policy = rolePolicy(template, roleOf(template, vend(unrelatedRealm)));
      const roles = policy.Properties["Roles"] as unknown[];
      roles.push({ Ref: roleOf(template, vend(mutatedRealm)) });
    },
    flips: [
      ...labels(itemActions, [`${unrelatedRealm}/acme`, inTransaction(`${unrelatedRealm}/acme`)]),
      ...labels(get, [`token-vending/${unrelatedRealm}/acme`]),
      ...labels(sealingActions, [`${unrelatedRealm}/acme`]),
      ...labels(writeLog, [`of ${vend(unrelatedRealm)}`]),
    ],
  },
  {
    name: "two roles are swapped",
    change: (template) => {
      const [, { Properties: one }] = functionOf(template, vend(mutatedRealm));
      const [, { Properties: two }] = functionOf(template, vend(unrelatedRealm));
      [one["Role"], two["Role"]] = [two["Role"], one["Role"]];
    },
    flips: [...exchanged(mutatedRealm, unrelatedRealm), ...exchanged(unrelatedRealm, mutatedRealm)],
  },
];

/** Further items of a realm, by the labels of their rows. */
function besideRecords(realm: string): string[] {
  const pending = `${realm}/~consent/0123`;
  const asked = `${realm}/~asked/acme`;
  return [`${realm}/~scope/0123`, pending, asked, `${realm}/acme + ${pending}`];
}

/** What one realm may no longer, and may instead. */
function exchanged(mine: string, theirs: string): string[] {
  const keys = [`${mine}/acme`, `${theirs}/acme`];
  const secrets = [...keys, `${mine}/default`].map((name) => `token-vending/${name}`);
  return [
    ...labels(itemActions, [...keys, ...keys.map(inTransaction), ...besideRecords(mine)], mine),
    ...labels(["dynamodb:BatchGetItem"], [withFreeze(mine)], mine),
    ...labels(get, secrets, mine),
    ...labels(sealingActions, keys, mine),
    ...labels(writeLog, ["its own", `of ${vend(theirs)}`], mine),
  ];
}

function onItems(change: (statement: Statement) => unknown): Change {
  return (template) => void change(statementWith(template, vend(mutatedRealm), "dynamodb:GetItem"));
}

function onLog(change: (statement: Statement) => unknown): Change {
  return (template) =>
    void change(statementWith(template, vend(mutatedRealm), "logs:PutLogEvents"));
}

function onSecrets(change: (statement: Statement) => unknown): Change {
  return (template) =>
    void change(statementWith(template, vend(mutatedRealm), "secretsmanager:GetSecretValue"));
}

const secretsNamed = (name: string) => ({
  "Fn::Sub": `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}`,
});
