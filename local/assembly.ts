import { cpSync } from "node:fs";
import path from "node:path";
import { App } from "aws-cdk-lib";
import cdk from "../cdk.json" with { type: "json" };
import { bundleFunctions } from "../infra/bundle.ts";
import { ConsumerStack } from "../infra/examples/consumer-stack.ts";
import type { TokenVendingProps } from "../infra/token-vending.ts";
import { TokenVending } from "../infra/token-vending.ts";
import { LOCAL_LOCATION } from "./aws/arns.ts";
import { deployInOrder } from "./aws/template/deploy-in-order.ts";
import type { DeployedStack } from "./aws/template/template.ts";

interface AssemblyOptions extends TokenVendingProps {
  /** The address that the example of a consumer calls with Conferma's token; without it there is no example. */
  readonly confermaApi?: string | undefined;
  /** The functions' bundles, where they have been made already. */
  readonly bundled?: string | undefined;
}

/** Synthesizes the app, with the example consumer, and reads the stacks that its templates would deploy. */
export async function synthesize(options: AssemblyOptions, folder: string): Promise<DeployedStack> {
  const { confermaApi, bundled, ...props } = options;
  const bundlesFolder = path.join(folder, "functions");
  if (bundled) cpSync(bundled, bundlesFolder, { recursive: true });
  else await bundleFunctions(bundlesFolder);
  const assemblyFolder = path.join(folder, "cdk.out");
  // CDK's validation of templates is for the person who deploys, and slow.
  const off = { builtinCloudFormationValidation: false };
  const app = new App({ outdir: assemblyFolder, context: cdk.context, ...off });
  const vending = new TokenVending(app, { ...props, bundlesFolder });
  const example = vending.names.stack("Example");
  if (confermaApi) new ConsumerStack(app, example, { vending, bundlesFolder, confermaApi });
  // As `cdk deploy --all` does: a stack after those that it depends on.
  return deployInOrder(app.synth().stacks, LOCAL_LOCATION);
}
