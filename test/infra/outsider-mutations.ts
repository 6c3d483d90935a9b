import type { Change, Mutation } from "./mutating.ts";
import { rolePolicy } from "./mutating.ts";
import { clientRealm } from "./outsiders.ts";
import { statusReader } from "./principals.ts";
import type { RawTemplate, Statement } from "./synthesized.ts";
import { resourcesIn } from "./synthesized.ts";

export const outsiderMutations: readonly Mutation[] = [
  {
    name: "a caller may invoke any function",
    change: onStatement("CallerByInvoke", "lambda:InvokeFunction", (statement) => {
      statement.Resource = "*";
    }),
    flips: [/^CallerByInvoke: invoke /],
  },
  {
    name: "a caller may invoke every version",
    change: onStatement("CallerByInvoke", "lambda:InvokeFunction", (statement) => {
      const [plain] = [statement.Resource].flat();
      statement.Resource = [plain, { "Fn::Join": ["", [plain, ":*"]] }];
    }),
    flips: [
      `CallerByInvoke: invoke a version of VendToken ${clientRealm}`,
      `CallerByInvoke: invoke vend-only of VendToken ${clientRealm}`,
      `CallerByInvoke: invoke with-links of VendToken ${clientRealm}`,
    ],
  },
  {
    name: "a caller may do anything to its function",
    change: onStatement("CallerByInvoke", "lambda:InvokeFunction", (statement) => {
      statement.Action = "lambda:*";
    }),
    flips: [/^CallerByInvoke: (read|change) VendToken conferma\/sandbox$/],
  },
  {
    name: "a caller's path is widened to the provider",
    change: onPaths("CallerByApi", "/v1/tokens/conferma/sandbox/", "/v1/tokens/conferma/*/"),
    flips: [/^CallerByApi: (GET|POST) \/v1\/tokens\/conferma\/sandbox-2\/\w+(\/rejections)?$/],
  },
  {
    name: "a caller's path loses its slash",
    change: onPaths("CallerByApi", "/v1/tokens/conferma/sandbox/", "/v1/tokens/conferma/sandbox*/"),
    flips: [/^CallerByApi: (GET|POST) \/v1\/tokens\/conferma\/sandbox-2\/\w+(\/rejections)?$/],
  },
  {
    name: "a caller may use any method",
    change: onPaths("CallerByApi", "/GET/", "/*/"),
    flips: [
      `CallerByApi: DELETE /v1/tokens/${clientRealm}/acme`,
      `CallerByApi: POST /v1/tokens/${clientRealm}/acme`,
      `CallerByApi: POST /v1/tokens/${clientRealm}/acme/with-link`,
      `CallerByApi: POST /v1/tokens/${clientRealm}/other/with-link`,
    ],
  },
  {
    name: "the account of a caller is widened",
    change: onPaths("CallerOfOneAccount", "/acme", "/*"),
    flips: [
      `CallerOfOneAccount: GET /v1/tokens/${clientRealm}/other`,
      `CallerOfOneAccount: POST /v1/tokens/${clientRealm}/other/rejections`,
    ],
  },
  {
    name: "the API lets in who does not come through the endpoint",
    change: onApiPolicy((statements) => {
      const [first] = statements.filter(({ Effect }) => Effect === "Allow");
      statements.splice(0, statements.length, ...(first ? [first] : []));
    }),
    flips: [/^(CallerByApi|CallerOfOneAccount|ReaderByApi): GET \S+ through /],
  },
  {
    name: "the API lets in every role of the account",
    change: onApiPolicy((statements) => {
      for (const statement of statements) Object.assign(statement, { Principal: { AWS: "*" } });
    }),
    // All but those of another endpoint, which are still denied.
    flips: [/: (GET|POST|DELETE) (?!.* through )/],
  },
  {
    name: "the operator may read tokens, sealed as they are",
    change: onStatement("Operator", "dynamodb:GetItem", (statement) => {
      Object(statement.Condition?.["ForAllValues:StringEquals"])["dynamodb:Attributes"].push(
        "sealed",
      );
    }),
    flips: [/^Operator: \w+ status and token$/, /^Operator: read freeze and token of /],
  },
  {
    name: "the status reader need not name what it reads",
    change: onStatement(statusReader, "dynamodb:BatchGetItem", (statement) => {
      delete statement.Condition?.["Null"];
    }),
    flips: [`${statusReader}: BatchGetItem everything`],
  },
  {
    name: "the status reader may select all",
    change: onStatement(statusReader, "dynamodb:BatchGetItem", (statement) => {
      delete statement.Condition?.["StringEqualsIfExists"];
    }),
    flips: [`${statusReader}: BatchGetItem everything, said so`],
  },
  {
    name: "the status reader may list without selecting",
    change: onStatement(statusReader, "dynamodb:Query", (statement) => {
      delete statement.Condition?.["StringEquals"];
    }),
    flips: [
      `${statusReader}: list all of connections`,
      `${statusReader}: list connections, selecting nothing`,
    ],
  },
  {
    name: "the status reader may use every index",
    change: onStatement(statusReader, "dynamodb:Query", (statement) => {
      const text = JSON.stringify(statement.Resource).replace("/index/connections", "/index/*");
      statement.Resource = JSON.parse(text);
    }),
    flips: [`${statusReader}: list keys of due`],
  },
  {
    name: "the operator may scan",
    change: onStatement("Operator", "dynamodb:GetItem", (statement) => {
      statement.Action = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Scan"];
    }),
    flips: ["Operator: scan"],
  },
];

function onStatement(
  whose: string,
  action: string,
  change: (statement: Statement) => unknown,
): Change {
  return (template) => {
    const statements = statementsOf(template, whose);
    const found = statements.filter(({ Action }) => [Action].flat().includes(action));
    if (found.length !== 1)
      throw new Error(`${whose} has ${found.length} statements of ${action}.`);
    for (const statement of found) change(statement);
  };
}

function onPaths(whose: string, part: string, by: string): Change {
  return onStatement(whose, "execute-api:Invoke", (statement) => {
    const text = JSON.stringify(statement.Resource);
    if (!text.includes(part)) throw new Error(`${whose} has no ${part}.`);
    statement.Resource = JSON.parse(text.replaceAll(part, by));
  });
}

function onApiPolicy(change: (statements: Statement[]) => void): Change {
  return (template) => {
    const [[, api] = []] = resourcesIn(template, "AWS::ApiGateway::RestApi");
    change(Object(api?.Properties["Policy"]).Statement);
  };
}

function statementsOf(template: RawTemplate, whose: string): Statement[] {
  const [role = ""] = Object.keys(template.Resources).filter(
    (id) => id.startsWith(whose) && template.Resources[id]?.Type === "AWS::IAM::Role",
  );
  return Object(rolePolicy(template, role).Properties["PolicyDocument"]).Statement;
}
