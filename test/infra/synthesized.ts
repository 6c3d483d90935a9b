import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App } from "aws-cdk-lib";
import { createStacks, stackNames } from "../../infra/deployment.ts";
import { functionNames } from "../../infra/function-names.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import type { ServiceStack, ServiceStackProps } from "../../infra/stacks/service-stack.ts";
import type { AwsLocation } from "../../local/aws/arns.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";
import { readTemplate } from "../../local/aws/template/template.ts";

/** Differs from the local stack's: nothing may depend on a certain account or Region. */
export const testLocation: AwsLocation = {
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
  readonly DependsOn?: string | readonly string[];
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A template as CDK writes it, with references. Mutable, so that tests can see the effect of a change. */
export interface RawTemplate {
  readonly Resources: Record<string, RawResource>;
  readonly Parameters?: Record<string, { Type: string; NoEcho?: boolean; Default?: string }>;
  readonly Outputs?: Record<string, { Value: unknown; Export?: { Name: string } }>;
}

/**
 * The templates of these realms, merged: SSM parameters that the service reads are replaced by the values that the
 * state stack writes. The functions are stubs.
 */
export function synthesized(
  realms: readonly RealmEntry[],
  options: SynthesisOptions = {},
): RawTemplate {
  return joinTemplates(synthesizedStacks(realms, options));
}

interface SynthesisOptions extends Omit<ServiceStackProps, "realms" | "bundlesFolder"> {
  /** Context of the app (default: none). */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Adds constructs, as another app would. */
  add?(service: ServiceStack, app: App): void;
}

type Stacks = Readonly<Record<"state" | "service", RawTemplate>>;

interface Synthesized extends Stacks {
  /** The templates of stacks that `add` created. */
  readonly others: readonly RawTemplate[];
}

export function joinTemplates({ state, service }: Stacks): RawTemplate {
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

/** The templates in the order in which they are deployed. */
export function synthesizedStacks(
  realms: readonly RealmEntry[],
  options: SynthesisOptions = {},
): Synthesized {
  const { context, add, ...props } = options;
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
    const service = createStacks(app, { realms, bundlesFolder, ...props });
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

/** The stack that the template would deploy, with references resolved. */
export function deployed(template: RawTemplate, assemblyFolder = "/nowhere"): DeployedStack {
  return readTemplate({ ...testLocation, template, stackName, assemblyFolder });
}

export function resourcesIn(template: RawTemplate, type: string): [string, RawResource][] {
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
}
