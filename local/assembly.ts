import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { App } from "aws-cdk-lib";
import cdk from "../cdk.json" with { type: "json" };
import { bundleFunctions } from "../infra/bundle.ts";
import { createStacks, stackNames } from "../infra/deployment.ts";
import { ConsumerStack } from "../infra/examples/consumer-stack.ts";
import type { ServiceStackProps } from "../infra/stacks/service-stack.ts";
import { LOCAL_LOCATION } from "./aws/arns.ts";
import type { DeployedStack } from "./aws/template/template.ts";
import { readTemplate } from "./aws/template/template.ts";
import type { Template } from "./aws/template/template-shape.ts";

interface AssemblyOptions extends ServiceStackProps {
  /** The address that the example consumer calls with Conferma's token. */
  readonly confermaApi: string;
  /** The functions' bundles, where they have been made already. */
  readonly bundled?: string | undefined;
}

/** Synthesizes the app, with the example consumer, and reads the stacks that its templates would deploy. */
export function synthesize(options: AssemblyOptions, folder: string): DeployedStack {
  const { confermaApi, bundled, ...props } = options;
  const bundlesFolder = path.join(folder, "functions");
  if (bundled) cpSync(bundled, bundlesFolder, { recursive: true });
  else bundleFunctions(bundlesFolder);
  const assemblyFolder = path.join(folder, "cdk.out");
  // CDK's validation of templates is for the person who deploys, and slow.
  const off = { builtinCloudFormationValidation: false };
  const app = new App({ outdir: assemblyFolder, context: cdk.context, ...off });
  const { vending } = createStacks(app, { ...props, bundlesFolder });
  new ConsumerStack(app, stackNames.example, { vending, bundlesFolder, confermaApi });
  app.synth();
  const state = readStack(assemblyFolder, stackNames.state);
  const service = readStack(assemblyFolder, stackNames.service, parametersOf(state));
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

/** The SSM parameters that a stack writes, by name. */
function parametersOf(stack: DeployedStack): ReadonlyMap<string, string> {
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
  const readJson = (kind: string) =>
    JSON.parse(readFileSync(path.join(assemblyFolder, `${stackName}.${kind}.json`), "utf8"));
  const template: Template = readJson("template");
  const parameters = Object.entries(template.Parameters ?? {}).flatMap(([name, { Default }]) => {
    const value = stored.get(String(Default));
    return value === undefined ? [] : [[name, value]];
  });
  return readTemplate({
    ...LOCAL_LOCATION,
    template,
    parameters: Object.fromEntries(parameters),
    assetManifest: readJson("assets"),
    stackName,
    assemblyFolder,
    imports,
  });
}
