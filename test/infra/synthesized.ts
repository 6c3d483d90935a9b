import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App } from "aws-cdk-lib";
import type { RealmInput } from "../../functions/platform/realm-settings.ts";
import { functionNames } from "../../infra/function-names.ts";
import { TokenVendingStack } from "../../infra/stacks/token-vending-stack.ts";
import type { AwsPlace } from "../../local/aws/arns.ts";
import type { DeployedStack } from "../../local/aws/template.ts";
import { readTemplate } from "../../local/aws/template.ts";

/** Not the laptop's: nothing may depend on where it pretends to be. */
export const place: AwsPlace = {
  region: "eu-west-1",
  accountId: "111122223333",
  partition: "aws",
};
export const stackName = "TokenVending";

export interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

export interface RawResource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** As CDK writes it, references and all; may be changed, to see what a change does. */
export interface RawTemplate {
  readonly Resources: Record<string, RawResource>;
  readonly Parameters?: Record<string, { Type: string; NoEcho?: boolean; Default?: string }>;
  readonly Outputs?: Record<string, unknown>;
}

/** The template of these realms. Its functions are stubs: what they hold is another test's matter. */
export function synthesized(realms: readonly RealmInput[]): RawTemplate {
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-infra-"));
  try {
    const bundlesFolder = path.join(folder, "functions");
    for (const name of functionNames) {
      mkdirSync(path.join(bundlesFolder, name), { recursive: true });
      writeFileSync(
        path.join(bundlesFolder, name, "index.mjs"),
        `export const handler = "${name}";`,
      );
    }
    const app = new App({
      outdir: path.join(folder, "cdk.out"),
      context: { "aws:cdk:enable-asset-metadata": true },
    });
    new TokenVendingStack(app, stackName, { realms, bundlesFolder });
    return app.synth().getStackByName(stackName).template;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the template would deploy, references followed. */
export function deployed(template: RawTemplate, assemblyFolder = "/nowhere"): DeployedStack {
  return readTemplate({ ...place, template, stackName, assemblyFolder });
}

export function resourcesIn(template: RawTemplate, type: string): [string, RawResource][] {
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
}
