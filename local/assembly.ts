import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { App } from "aws-cdk-lib";
import cdk from "../cdk.json" with { type: "json" };
import { bundleFunctions } from "../infra/bundle.ts";
import { deploy, stackNames } from "../infra/deployment.ts";
import { ConsumerStack } from "../infra/examples/consumer-stack.ts";
import type { ServiceStackProps } from "../infra/stacks/service-stack.ts";
import { LOCAL_PLACE } from "./aws/arns.ts";
import type { DeployedStack } from "./aws/template/template.ts";
import { readTemplate } from "./aws/template/template.ts";
import type { Template } from "./aws/template/template-shape.ts";

interface AssemblyOptions extends ServiceStackProps {
  /** What the example of a consumer calls with Conferma's token. */
  readonly confermaApi: string;
  /** The functions' bundles, where they have been made already. */
  readonly bundled?: string | undefined;
}

/** Synthesizes the app with the example of a consumer, and reads from its templates what would be deployed. */
export function synthesize(options: AssemblyOptions, folder: string): DeployedStack {
  const { confermaApi, bundled, ...props } = options;
  const bundlesFolder = path.join(folder, "functions");
  if (bundled) cpSync(bundled, bundlesFolder, { recursive: true });
  else bundleFunctions(bundlesFolder);
  const assemblyFolder = path.join(folder, "cdk.out");
  // CDK's validation of templates is for whoever deploys, and slow.
  const off = { builtinCloudFormationValidation: false };
  const app = new App({ outdir: assemblyFolder, context: cdk.context, ...off });
  const { vending } = deploy(app, { ...props, bundlesFolder });
  new ConsumerStack(app, stackNames.example, { vending, bundlesFolder, confermaApi });
  app.synth();
  const state = readStack(assemblyFolder, stackNames.state);
  const service = readStack(assemblyFolder, stackNames.service, storedBy(state));
  const example = readStack(assemblyFolder, stackNames.example, new Map(), service.exports);
  const stacks = [state, service, example];
  return {
    tables: stacks.flatMap(({ tables }) => tables),
    keys: stacks.flatMap(({ keys }) => keys),
    functions: stacks.flatMap(({ functions }) => functions),
    outputs: Object.assign({}, ...stacks.map(({ outputs }) => outputs)),
    exports: Object.assign({}, ...stacks.map(({ exports }) => exports)),
    resourcesOf: (type) => stacks.flatMap((stack) => stack.resourcesOf(type)),
  };
}

/** What a stack writes into the Parameter Store, by name. */
function storedBy(stack: DeployedStack): ReadonlyMap<string, string> {
  const parameters = stack.resourcesOf("AWS::SSM::Parameter");
  return new Map(
    parameters.map(({ properties: { Name, Value } }) => [String(Name), String(Value)]),
  );
}

function readStack(
  assemblyFolder: string,
  stackName: string,
  stored: ReadonlyMap<string, string> = new Map(),
  imports: Readonly<Record<string, string>> = {},
): DeployedStack {
  const written = (kind: string) =>
    JSON.parse(readFileSync(path.join(assemblyFolder, `${stackName}.${kind}.json`), "utf8"));
  const template: Template = written("template");
  const parameters = Object.entries(template.Parameters ?? {}).flatMap(([name, { Default }]) => {
    const value = stored.get(String(Default));
    return value === undefined ? [] : [[name, value]];
  });
  return readTemplate({
    ...LOCAL_PLACE,
    template,
    parameters: Object.fromEntries(parameters),
    assetManifest: written("assets"),
    stackName,
    assemblyFolder,
    imports,
  });
}
