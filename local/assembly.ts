import { readFileSync } from "node:fs";
import path from "node:path";
import { App } from "aws-cdk-lib";
import type { RealmInput } from "../functions/platform/realm-settings.ts";
import { bundleFunctions } from "../infra/bundle.ts";
import { TokenVendingStack } from "../infra/stacks/token-vending-stack.ts";
import { LOCAL_PLACE } from "./aws/arns.ts";
import type { DeployedStack } from "./aws/template.ts";
import { readTemplate } from "./aws/template.ts";

const stackName = "TokenVending";

/** Synthesizes the app for these realms, and reads from its template what would be deployed. */
export function synthesize(realms: readonly RealmInput[], folder: string): DeployedStack {
  const bundlesFolder = path.join(folder, "functions");
  bundleFunctions(bundlesFolder);
  const assemblyFolder = path.join(folder, "cdk.out");
  const app = new App({ outdir: assemblyFolder });
  new TokenVendingStack(app, stackName, { realms, bundlesFolder });
  app.synth();
  const written = (kind: string) =>
    JSON.parse(readFileSync(path.join(assemblyFolder, `${stackName}.${kind}.json`), "utf8"));
  return readTemplate({
    ...LOCAL_PLACE,
    template: written("template"),
    assetManifest: written("assets"),
    stackName,
    assemblyFolder,
  });
}
