import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App } from "aws-cdk-lib";
import { DeploymentNames } from "../../infra/deployment-names.ts";
import { functionNames } from "../../infra/function-names.ts";
import type { RealmEntry } from "../../infra/realm-list.ts";
import type { TokenVendingProps } from "../../infra/token-vending.ts";
import { TokenVending } from "../../infra/token-vending.ts";
import type { AwsLocation } from "../../local/aws/arns.ts";
import type { DeployedStack } from "../../local/aws/template/template.ts";
import { readTemplate } from "../../local/aws/template/template.ts";

/** Differs from the local stack's: nothing may depend on a certain account or Region. */
export const testLocation: AwsLocation = {
  region: "eu-west-1",
  accountId: "111122223333",
  partition: "aws",
};
/** Stands for all stacks in names that are generated: their logical ids are different. */
export const stackName = new DeploymentNames().stack("");

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
  readonly UpdatePolicy?: unknown;
}

/** A template as CDK writes it, with references. Mutable, so that tests can see the effect of a change. */
export interface RawTemplate {
  readonly Resources: Record<string, RawResource>;
  readonly Parameters?: Record<string, { Type: string; NoEcho?: boolean; Default?: string }>;
  readonly Outputs?: Record<string, { Value: unknown; Export?: { Name: string } }>;
}

/**
 * The templates of these realms, merged: SSM parameters that one stack reads are replaced by the values that another
 * writes. The functions are stubs.
 */
export function synthesized(
  realms: readonly RealmEntry[],
  options: SynthesisOptions = {},
): RawTemplate {
  return joinTemplates(synthesizedStacks(realms, options).ours);
}

export interface SynthesisOptions extends Omit<TokenVendingProps, "realms" | "bundlesFolder"> {
  /** Context of the app (default: none). */
  readonly context?: Readonly<Record<string, unknown>>;
  /** What the stubs of functions return: another release has other code (default: their names). */
  readonly release?: string;
  /** Adds constructs, as another app would. */
  add?(vending: TokenVending, app: App): void;
}

interface Synthesized {
  readonly state: RawTemplate;
  readonly core: RawTemplate;
  /** By the names of the stacks. */
  readonly ofRealms: ReadonlyMap<string, RawTemplate>;
  readonly apiStage: RawTemplate | undefined;
  /** All of the above, in the order in which they are deployed. */
  readonly ours: readonly RawTemplate[];
  /** The templates of stacks that `add` created. */
  readonly others: readonly RawTemplate[];
  /** Every stack by name, in the order in which they are deployed. */
  readonly all: ReadonlyMap<string, RawTemplate>;
}

/** Throws for a logical id that two of the templates have. */
export function joinTemplates(templates: readonly RawTemplate[]): RawTemplate {
  const written = new Map<unknown, string>();
  const joined: RawTemplate = { Resources: {}, Parameters: {}, Outputs: {} };
  for (const template of templates) {
    const parameters = Object.entries(template.Parameters ?? {});
    const read = parameters.filter(([, { Default }]) => written.has(Default));
    const text = read.reduce(
      (rest, [Ref, { Default }]) =>
        rest.replaceAll(JSON.stringify({ Ref }), written.get(Default) ?? ""),
      JSON.stringify(template),
    );
    const { Resources, Outputs, Parameters = {} }: RawTemplate = JSON.parse(text);
    for (const [name] of read) delete Parameters[name];
    const twice = Object.keys(Resources).find((logicalId) => logicalId in joined.Resources);
    if (twice) throw new Error(`${twice} is in two stacks.`);
    Object.assign(joined.Resources, Resources);
    Object.assign(joined.Outputs ?? {}, Outputs);
    Object.assign(joined.Parameters ?? {}, Parameters);
    for (const [, { Properties }] of resourcesIn(joined, "AWS::SSM::Parameter")) {
      written.set(Properties["Name"], JSON.stringify(Properties["Value"]));
    }
  }
  return joined;
}

/** The templates in the order in which they are deployed. */
export function synthesizedStacks(
  realms: readonly RealmEntry[],
  options: SynthesisOptions = {},
): Synthesized {
  const { context, add, release = "", ...props } = options;
  const folder = mkdtempSync(path.join(tmpdir(), "token-vending-infra-"));
  try {
    const bundlesFolder = path.join(folder, "functions");
    for (const name of functionNames) {
      mkdirSync(path.join(bundlesFolder, name), { recursive: true });
      writeFileSync(
        path.join(bundlesFolder, name, "index.mjs"),
        `export const handler = "${name}${release}";`,
      );
    }
    const app = new App({
      outdir: path.join(folder, "cdk.out"),
      // Slow: only for a test whose context asks for it, as cdk.json's does.
      builtinCloudFormationValidation: context?.[defaultRules] === true,
      context: { "aws:cdk:enable-asset-metadata": true, ...context },
    });
    const vending = new TokenVending(app, { realms, bundlesFolder, ...props });
    add?.(vending, app);
    const all = new Map<string, RawTemplate>(
      app.synth().stacks.map(({ stackName: name, template }) => [name, template]),
    );
    return { ...sortTemplates(all, vending.names, realms), all };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The templates by their part in the deployment. */
export function sortTemplates(
  all: ReadonlyMap<string, RawTemplate>,
  names: DeploymentNames,
  realms: readonly RealmEntry[],
): Omit<Synthesized, "all"> {
  const named = (part: "State" | "" | "ApiStage") => all.get(names.stack(part));
  const state = named("State");
  const core = named("");
  if (!state || !core) throw new Error("A stack is missing.");
  const ofRealms = new Map(
    realms.flatMap(({ provider, environment }) => {
      const name = names.realmStack(`${provider}/${environment}`);
      const template = all.get(name);
      return template ? [[name, template]] : [];
    }),
  );
  const apiStage = named("ApiStage");
  const ours = [state, core, ...ofRealms.values(), ...(apiStage ? [apiStage] : [])];
  const others = [...all.values()].filter((template) => !ours.includes(template));
  return { state, core, ofRealms, apiStage, ours, others };
}

/** The stack that the template would deploy, with references resolved. */
export function deployed(template: RawTemplate, assemblyFolder = "/nowhere"): DeployedStack {
  return readTemplate({ ...testLocation, template, stackName, assemblyFolder });
}

export function resourcesIn(template: RawTemplate, type: string): [string, RawResource][] {
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
}
