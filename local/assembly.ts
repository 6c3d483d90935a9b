import { readFileSync } from "node:fs";
import path from "node:path";
import { App } from "aws-cdk-lib";
import cdk from "../cdk.json" with { type: "json" };
import type { RealmInput } from "../functions/platform/realm-settings.ts";
import { bundleFunctions } from "../infra/bundle.ts";
import { deploy, stackNames } from "../infra/deployment.ts";
import { LOCAL_PLACE } from "./aws/arns.ts";
import type { DeployedStack } from "./aws/template.ts";
import { readTemplate } from "./aws/template.ts";

/** Synthesizes the app for these realms, and reads from its templates what would be deployed. */
export function synthesize(realms: readonly RealmInput[], folder: string): DeployedStack {
  const bundlesFolder = path.join(folder, "functions");
  bundleFunctions(bundlesFolder);
  const assemblyFolder = path.join(folder, "cdk.out");
  const app = new App({ outdir: assemblyFolder, context: cdk.context });
  deploy(app, { realms, bundlesFolder });
  app.synth();
  const state = readStack(assemblyFolder, stackNames.state);
  const service = readStack(assemblyFolder, stackNames.service, state.exports);
  return {
    tables: [...state.tables, ...service.tables],
    keys: [...state.keys, ...service.keys],
    functions: [...state.functions, ...service.functions],
    outputs: { ...state.outputs, ...service.outputs },
    exports: { ...state.exports, ...service.exports },
    resourcesOf: (type) => [...state.resourcesOf(type), ...service.resourcesOf(type)],
  };
}

function readStack(
  assemblyFolder: string,
  stackName: string,
  imports: Readonly<Record<string, string>> = {},
): DeployedStack {
  const written = (kind: string) =>
    JSON.parse(readFileSync(path.join(assemblyFolder, `${stackName}.${kind}.json`), "utf8"));
  return readTemplate({
    ...LOCAL_PLACE,
    template: written("template"),
    assetManifest: written("assets"),
    stackName,
    assemblyFolder,
    imports,
  });
}
