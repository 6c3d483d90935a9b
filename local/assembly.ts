import { readFileSync } from "node:fs";
import path from "node:path";
import { App } from "aws-cdk-lib";
import cdk from "../cdk.json" with { type: "json" };
import { bundleFunctions } from "../infra/bundle.ts";
import { deploy, stackNames } from "../infra/deployment.ts";
import type { ServiceStackProps } from "../infra/stacks/service-stack.ts";
import { LOCAL_PLACE } from "./aws/arns.ts";
import type { DeployedStack } from "./aws/template.ts";
import { readTemplate } from "./aws/template.ts";
import type { Template } from "./aws/template-shape.ts";

/** Synthesizes the app, and reads from its templates what would be deployed. */
export function synthesize(props: ServiceStackProps, folder: string): DeployedStack {
  const bundlesFolder = path.join(folder, "functions");
  bundleFunctions(bundlesFolder);
  const assemblyFolder = path.join(folder, "cdk.out");
  // Its rules are for who deploys, and slow.
  const context = { ...cdk.context, "@aws-cdk/core:validateAgainstDefaultRules": false };
  const app = new App({ outdir: assemblyFolder, context });
  deploy(app, { ...props, bundlesFolder });
  app.synth();
  const state = readStack(assemblyFolder, stackNames.state);
  const service = readStack(assemblyFolder, stackNames.service, storedBy(state));
  return {
    tables: [...state.tables, ...service.tables],
    keys: [...state.keys, ...service.keys],
    functions: [...state.functions, ...service.functions],
    outputs: { ...state.outputs, ...service.outputs },
    exports: { ...state.exports, ...service.exports },
    resourcesOf: (type) => [...state.resourcesOf(type), ...service.resourcesOf(type)],
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
  });
}
