import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { startSecretsManager } from "../../../local/aws/secrets-manager/secrets-manager.ts";
import { ScratchTree } from "../../support/scratch-tree.ts";
import { oneOfEachKind } from "../example-realms.ts";
import type { RawTemplate } from "../synthesized.ts";
import { resourcesIn, synthesizedStacks } from "../synthesized.ts";
import { deploySecrets, nothingDeployed } from "./deploy-secrets.ts";
import release020 from "./secrets-of-0.2.0.json" with { type: "json" };

const realms = oneOfEachKind.slice(0, 2);
const secretName = "token-vending/conferma/sandbox/default";
const live = JSON.stringify({ clientId: "live", clientSecret: "live", platformKey: "live" });

const current = synthesizedStacks(realms).state;
const tree = new ScratchTree(["functions", "infra", "package.json"]);
afterAll(() => rmSync(tree.folder, { recursive: true }));

/** The template of a release in which Conferma's secret has a member more. */
function nextRelease(): RawTemplate {
  const file = "functions/providers/conferma.ts";
  const member = '    region: { meaning: "the region of the client", shape: sensitiveText },\n';
  const anchor = "    platformKey: {";
  const before = tree.read(file);
  expect(before).toContain(anchor);
  tree.write(file, before.replace(anchor, `${member}${anchor}`));
  tree.write(
    "synth.ts",
    `import { App } from "aws-cdk-lib";
import { requiredMembersOf } from "./functions/providers/catalogue.ts";
import { DeploymentNames } from "./infra/deployment-names.ts";
import { StateStack } from "./infra/stacks/state-stack.ts";
const app = new App({ outdir: "out", builtinCloudFormationValidation: false });
const { stackName } = new StateStack(app, "State", {
  names: new DeploymentNames(),
  realms: ${JSON.stringify(realms)},
});
const { template } = app.synth().getStackByName(stackName);
const members = requiredMembersOf("conferma");
process.stdout.write(JSON.stringify({ members, template }));
`,
  );
  const { members, template } = JSON.parse(
    execFileSync(process.execPath, ["synth.ts"], { cwd: tree.folder, encoding: "utf8" }),
  );
  expect(members).toContain("region");
  return template;
}

const secretsIn = (template: RawTemplate) => resourcesIn(template, "AWS::SecretsManager::Secret");

/** An account in which a release is deployed and an operator has put a value. */
async function accountWith(deployed: RawTemplate) {
  const server = await startSecretsManager();
  onTestFinished(server.stop);
  const client = new SecretsManagerClient({
    endpoint: server.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "deployer", secretAccessKey: "deployer" },
  });
  onTestFinished(() => client.destroy());
  await deploySecrets(client, nothingDeployed, deployed);
  await client.send(new PutSecretValueCommand({ SecretId: secretName, SecretString: live }));
  const versions = async () =>
    (await client.send(new DescribeSecretCommand({ SecretId: secretName }))).VersionIdsToStages;
  const value = async () =>
    (await client.send(new GetSecretValueCommand({ SecretId: secretName }))).SecretString;
  return { client, versions, value };
}

test("a release with a new member of a secret has the same secrets (P18)", async () => {
  const next = nextRelease();
  expect(secretsIn(next)).toEqual(secretsIn(current));
  const { client, versions, value } = await accountWith(current);
  const before = await versions();
  await deploySecrets(client, current, next);
  await deploySecrets(client, next, current);
  expect(await value()).toBe(live);
  expect(await versions()).toEqual(before);
});

test("the upgrade from 0.2.0 keeps each secret's resource and value (P18)", async () => {
  const old: RawTemplate = release020;
  const withoutValue = secretsIn(old).map(([id, { Properties, ...resource }]) => {
    const { SecretString: _, ...rest } = Properties;
    return [id, { ...resource, Properties: rest }];
  });
  expect(secretsIn(current)).toEqual(withoutValue);
  const { client, versions, value } = await accountWith(old);
  const before = await versions();
  await deploySecrets(client, old, current);
  expect(await value()).toBe(live);
  expect(await versions()).toEqual(before);
});

test("a template with values, as 0.2.0 had, overwrites them with a new member", async () => {
  const old: RawTemplate = release020;
  const next: RawTemplate = JSON.parse(JSON.stringify(old).replaceAll("platformKey", "region"));
  const { client, value } = await accountWith(old);
  await deploySecrets(client, old, next);
  expect(JSON.parse((await value()) ?? "")).toMatchObject({ clientId: "", region: "" });
});

test("going back to 0.2.0 overwrites a value, which stays the previous one: `secret put --undo` brings it back", async () => {
  const { client, value } = await accountWith(current);
  await deploySecrets(client, current, release020);
  expect(await value()).not.toBe(live);
  const SecretId = secretName;
  const VersionStage = "AWSPREVIOUS";
  const previous = await client.send(new GetSecretValueCommand({ SecretId, VersionStage }));
  expect(previous.SecretString).toBe(live);
});
