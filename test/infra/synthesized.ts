import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App } from "aws-cdk-lib";
import { deploy, stackNames } from "../../infra/deployment.ts";
import { functionNames } from "../../infra/function-names.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import type { ServiceStack, ServiceStackProps } from "../../infra/stacks/service-stack.ts";
import type { AwsPlace } from "../../local/aws/arns.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";
import { readTemplate } from "../../local/aws/template/template.ts";

/** Not the laptop's: nothing may depend on where it pretends to be. */
export const place: AwsPlace = {
  region: "eu-west-1",
  accountId: "111122223333",
  partition: "aws",
};
export const stackName = stackNames.service;

const defaultRules = "@aws-cdk/core:validateAgainstDefaultRules";

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
  readonly Outputs?: Record<string, { Value: unknown; Export?: { Name: string } }>;
}

/**
 * The templates of these realms as one: what the service reads from the state's parameters is in it. The functions are stubs: what
 * they hold is another test's matter.
 */
export function synthesized(realms: readonly RealmEntry[], wish: Wish = {}): RawTemplate {
  return joined(synthesizedStacks(realms, wish));
}

interface Wish extends Omit<ServiceStackProps, "realms" | "bundlesFolder"> {
  /** Of the app: none of them is set if unsaid. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Adds to the service what another app would. */
  add?(service: ServiceStack, app: App): void;
}

type Stacks = Readonly<Record<"state" | "service", RawTemplate>>;

interface Synthesized extends Stacks {
  /** Of stacks that were added. */
  readonly others: readonly RawTemplate[];
}

export function joined({ state, service }: Stacks): RawTemplate {
  const written = resourcesIn(state, "AWS::SSM::Parameter").map(([, { Properties }]) => Properties);
  const read = Object.entries(service.Parameters ?? {}).flatMap(([name, { Default }]) =>
    written.flatMap(({ Name, Value }) => (Name === Default ? [[name, Value] as const] : [])),
  );
  const text = read.reduce(
    (rest, [Ref, value]) => rest.replaceAll(JSON.stringify({ Ref }), JSON.stringify(value)),
    JSON.stringify(service),
  );
  const { Resources, Parameters = {}, ...rest }: RawTemplate = JSON.parse(text);
  for (const [name] of read) delete Parameters[name];
  return { ...rest, Parameters, Resources: { ...state.Resources, ...Resources } };
}

/** As they are deployed, one after the other. */
export function synthesizedStacks(realms: readonly RealmEntry[], wish: Wish = {}): Synthesized {
  const { context, add, ...props } = wish;
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
      // Slow: only for a test whose context asks for it, as cdk.json's does.
      builtinCloudFormationValidation: context?.[defaultRules] === true,
      context: { "aws:cdk:enable-asset-metadata": true, ...context },
    });
    const service = deploy(app, { realms, bundlesFolder, ...props });
    add?.(service, app);
    const assembly = app.synth();
    const written = (name: string) => assembly.getStackByName(name).template;
    const ours: string[] = [stackNames.state, stackNames.service];
    return {
      state: written(stackNames.state),
      service: written(stackNames.service),
      others: assembly.stacks.flatMap((stack) =>
        ours.includes(stack.stackName) ? [] : [stack.template],
      ),
    };
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
