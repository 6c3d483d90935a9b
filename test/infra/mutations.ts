import { sealingActions } from "./key-rows.ts";
import type { Change, Mutation } from "./mutating.ts";
import {
  add,
  functionOf,
  longer,
  policyOf,
  realm,
  renew,
  roleOf,
  set,
  statementWith,
  stranger,
  vend,
} from "./mutating.ts";
import type { Statement } from "./synthesized.ts";
import { itemActions, nearKeys, otherItemActions } from "./table-rows.ts";

const labels = (actions: readonly string[], whats: readonly string[], whose = realm) =>
  actions.flatMap((action) => whats.map((what) => `${vend(whose)}: ${action} ${what}`));

const own = `${realm}/acme`;
const mixed = `${own} + ${longer}/acme`;
const foreignKeys = [`${longer}/acme`, `${stranger}/acme`];
const inTransaction = (key: string) => `${key} in a transaction`;
const everyForeignKey = [
  ...foreignKeys,
  ...foreignKeys.map(inTransaction),
  ...nearKeys(realm),
  mixed,
];
/** What a pattern takes in that lost its slash. */
const longerRealms = ["-2", "-3", "3"].map((end) => `${realm}${end}/acme`);
const otherFunctions = [
  renew(realm),
  ...[longer, stranger].flatMap((one) => [vend(one), renew(one)]),
];
const writeLog = ["logs:CreateLogStream", "logs:PutLogEvents"];
const get = ["secretsmanager:GetSecretValue"];

export const mutations: readonly Mutation[] = [
  {
    name: "the guard against requests without a key is dropped",
    change: onItems(({ Condition = {} }) => delete Condition["Null"]),
    flips: labels(itemActions, ["no key"]),
  },
  {
    name: "the guard is turned round",
    change: onItems(({ Condition = {} }) => set(Condition, "Null", "true")),
    flips: labels(itemActions, ["no key", own, `${realm}/~scope/0123`, inTransaction(own)]),
  },
  {
    name: "the condition is dropped",
    change: onItems((statement) => delete statement.Condition),
    flips: labels(itemActions, [...everyForeignKey, "no key"]),
  },
  {
    name: "leading keys are widened to *",
    change: onItems(({ Condition = {} }) => set(Condition, "ForAllValues:StringLike", ["*"])),
    flips: labels(itemActions, everyForeignKey),
  },
  {
    name: "leading keys are widened to the provider",
    change: onItems(({ Condition = {} }) =>
      set(Condition, "ForAllValues:StringLike", ["conferma/*"]),
    ),
    flips: labels(itemActions, [
      realm,
      mixed,
      ...longerRealms,
      inTransaction(`${longer}/acme`),
      "conferma/acme",
      "conferma/*",
    ]),
  },
  {
    name: "leading keys lose their slash",
    change: onItems(({ Condition = {} }) =>
      set(Condition, "ForAllValues:StringLike", [`${realm}*`]),
    ),
    flips: labels(itemActions, [realm, mixed, ...longerRealms, inTransaction(`${longer}/acme`)]),
  },
  {
    name: "one key of the realm is enough",
    change: onItems(({ Condition = {} }) => {
      Condition["ForAnyValue:StringLike"] = Condition["ForAllValues:StringLike"] ?? {};
      delete Condition["ForAllValues:StringLike"];
    }),
    flips: labels(itemActions, [mixed]),
  },
  {
    name: "another realm's keys are added",
    change: onItems(({ Condition = {} }) =>
      set(Condition, "ForAllValues:StringLike", [`${realm}/*`, `${stranger}/*`]),
    ),
    flips: labels(itemActions, [`${stranger}/acme`, inTransaction(`${stranger}/acme`)]),
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
          ...["acme", "~scope/0123", "~consent", "~consent/0123"].map((end) => `${realm}/${end}`),
          "a record and a pending consent",
          inTransaction(own),
        ],
      ),
    ],
  },
  {
    name: "Scan and DescribeTable are granted without a condition",
    change: add(vend(realm), ["dynamodb:Scan", "dynamodb:DescribeTable"]),
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
      statement.Resource = secretsNamed(`token-vending/${realm}*`);
    }),
    flips: labels(
      get,
      ["", "-2/acme", "-3/acme", "3/acme"].map((end) => `token-vending/${realm}${end}`),
    ),
  },
  {
    name: "the secrets' prefix is widened to the provider",
    change: onSecrets((statement) => {
      statement.Resource = secretsNamed("token-vending/conferma/*");
    }),
    flips: labels(get, [
      ...["", "-2/acme", "-3/acme", "3/acme"].map((end) => `token-vending/${realm}${end}`),
      "token-vending/conferma/acme",
    ]),
  },
  {
    name: "the secrets' prefix may stand anywhere",
    change: onSecrets((statement) => {
      statement.Resource = secretsNamed(`*${realm}/*`);
    }),
    flips: labels(get, [`x/token-vending/${own}`, own]),
  },
  {
    name: "secrets of any region and account will do",
    change: onSecrets((statement) => {
      statement.Resource = `arn:aws:secretsmanager:*:*:secret:token-vending/${realm}/*`;
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
    change: add(vend(realm), ["secretsmanager:ListSecrets"]),
    flips: labels(["secretsmanager:ListSecrets"], ["all"]),
  },
  {
    name: "invoking any function is granted",
    change: add(vend(realm), ["lambda:InvokeFunction"]),
    flips: labels(["lambda:InvokeFunction"], ["itself", ...otherFunctions]),
  },
  {
    name: "reading any log is granted",
    change: add(vend(realm), ["logs:GetLogEvents"]),
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
    change: add(vend(realm), ["kms:*"]),
    flips: [/^VendToken conferma\/sandbox: kms:/],
  },
  {
    name: "the encryption context goes unasked",
    change: (template) => {
      const statement = statementWith(template, vend(realm), "kms:Decrypt");
      delete statement.Condition;
    },
    flips: sealingActions.map(
      (action) => new RegExp(`^VendToken conferma/sandbox: ${action} (?!another key)`),
    ),
  },
  {
    name: "decrypting is granted within any encryption context but none",
    change: add(vend(realm), ["kms:Decrypt"], {
      Null: { "kms:EncryptionContext:connection": "false" },
    }),
    flips: [/^VendToken conferma\/sandbox: kms:Decrypt (?!no context)/],
  },
  {
    name: "one realm's policy is attached to another realm's role",
    change: (template) => {
      const policy = policyOf(template, roleOf(template, vend(stranger)));
      const roles = policy.Properties["Roles"] as unknown[];
      roles.push({ Ref: roleOf(template, vend(realm)) });
    },
    flips: [
      ...labels(itemActions, [`${stranger}/acme`, inTransaction(`${stranger}/acme`)]),
      ...labels(get, [`token-vending/${stranger}/acme`]),
      ...labels(sealingActions, [`${stranger}/acme`]),
      ...labels(writeLog, [`of ${vend(stranger)}`]),
    ],
  },
  {
    name: "two roles are swapped",
    change: (template) => {
      const [, { Properties: one }] = functionOf(template, vend(realm));
      const [, { Properties: two }] = functionOf(template, vend(stranger));
      [one["Role"], two["Role"]] = [two["Role"], one["Role"]];
    },
    flips: [...exchanged(realm, stranger), ...exchanged(stranger, realm)],
  },
];

/** What one realm may no longer, and may instead. */
function exchanged(mine: string, theirs: string): string[] {
  const keys = [`${mine}/acme`, `${theirs}/acme`];
  const secrets = [...keys, `${mine}/default`].map((name) => `token-vending/${name}`);
  return [
    ...labels(itemActions, [...keys, ...keys.map(inTransaction), `${mine}/~scope/0123`], mine),
    ...labels(get, secrets, mine),
    ...labels(sealingActions, keys, mine),
    ...labels(writeLog, ["its own", `of ${vend(theirs)}`], mine),
  ];
}

function onItems(change: (statement: Statement) => unknown): Change {
  return (template) => void change(statementWith(template, vend(realm), "dynamodb:GetItem"));
}

function onLog(change: (statement: Statement) => unknown): Change {
  return (template) => void change(statementWith(template, vend(realm), "logs:PutLogEvents"));
}

function onSecrets(change: (statement: Statement) => unknown): Change {
  return (template) =>
    void change(statementWith(template, vend(realm), "secretsmanager:GetSecretValue"));
}

const secretsNamed = (name: string) => ({
  "Fn::Sub": `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}`,
});
