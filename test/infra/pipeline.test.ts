import { readFileSync } from "node:fs";
import path from "node:path";
import { App } from "aws-cdk-lib";
import { expect, test } from "vitest";
import { DeployRoleStack } from "../../infra/examples/deploy-role.ts";
import { stages } from "../../infra/stages.ts";
import packageJson from "../../package.json" with { type: "json" };
import type { RawTemplate } from "./synthesized.ts";
import { resourcesIn } from "./synthesized.ts";

const file = path.join(import.meta.dirname, "../../infra/examples/pipeline.yml");
const pipeline = readFileSync(file, "utf8");
/** The text of each job, by name. */
const jobs = new Map(
  [...(pipeline.split(/^jobs:\n/m)[1] ?? "").matchAll(/^ {2}(\w+):\n((?: {4}.*\n|\n)+)/gm)].map(
    ([, name = "", text = ""]) => [name, text],
  ),
);

test("the pipeline checks, then deploys each stage after the one before it, each in its environment", () => {
  const names = Object.keys(stages);
  expect([...jobs.keys()]).toEqual(["check", ...names]);
  for (const [at, name] of names.entries()) {
    const job = jobs.get(name);
    expect(job).toContain(`needs: ${names[at - 1] ?? "check"}\n`);
    expect(job).toContain(`environment: ${name}\n`);
    expect(job).toContain(
      `cdk deploy --all --require-approval never -c token-vending:stage=${name}\n`,
    );
  }
});

test("it runs npm scripts that exist, and holds no key", () => {
  const scripts = [...pipeline.matchAll(/run: npm (?:run )?(\w+)/g)].map(([, name = ""]) => name);
  const known = ["ci", ...Object.keys(packageJson.scripts)];
  expect(scripts.filter((name) => !known.includes(name))).toEqual([]);
  expect(pipeline).not.toMatch(/secrets\.|access-key/);
});

test("its role can be assumed by jobs of one environment only, and may only assume the bootstrapped roles", () => {
  const app = new App({ builtinCloudFormationValidation: false });
  const props = { repository: "acme/token-vending", stage: "production", hasProvider: true };
  new DeployRoleStack(app, "Role", props);
  const template: RawTemplate = app.synth().getStackByName("Role").template;
  const [[, role] = []] = resourcesIn(template, "AWS::IAM::Role");
  const host = "token.actions.githubusercontent.com";
  expect(Object(role?.Properties)["AssumeRolePolicyDocument"].Statement).toMatchObject([
    {
      Condition: {
        StringEquals: {
          [`${host}:aud`]: "sts.amazonaws.com",
          [`${host}:sub`]: "repo:acme/token-vending:environment:production",
        },
      },
    },
  ]);
  const policies = resourcesIn(template, "AWS::IAM::Policy");
  const statements = policies.flatMap(
    ([, { Properties }]) => Object(Properties["PolicyDocument"]).Statement,
  );
  expect(statements).toEqual([
    expect.objectContaining({ Action: "sts:AssumeRole", Effect: "Allow" }),
  ]);
  expect(JSON.stringify(statements[0].Resource)).toContain(":role/cdk-hnb659fds-*-role-");
});
