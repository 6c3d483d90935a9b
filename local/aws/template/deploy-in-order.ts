import { readFileSync } from "node:fs";
import path from "node:path";
import type { AwsLocation } from "../arns.ts";
import type { DeployedStack } from "./template.ts";
import { readTemplate } from "./template.ts";
import type { Template } from "./template-shape.ts";

/** A stack of an assembly, as CDK's library describes it. */
interface SynthesizedStack {
  readonly stackName: string;
  readonly templateFullPath: string;
  readonly template: unknown;
}

/**
 * Reads the stacks in this order, as one. Each may read the SSM parameters and import the exports of the stacks before it;
 * it throws for a value that none of them has written.
 */
export function deployInOrder(
  stacks: readonly SynthesizedStack[],
  location: AwsLocation,
): DeployedStack {
  const stored = new Map<string, string>();
  const exports: Record<string, string> = {};
  const deployed = stacks.map((stack) => {
    const read = readStack(stack, location, stored, { ...exports });
    for (const { properties } of read.resourcesOf("AWS::SSM::Parameter")) {
      stored.set(String(properties["Name"]), String(properties["Value"]));
    }
    Object.assign(exports, read.exports);
    return read;
  });
  return {
    tables: deployed.flatMap(({ tables }) => tables),
    keys: deployed.flatMap(({ keys }) => keys),
    functions: deployed.flatMap(({ functions }) => functions),
    outputs: Object.assign({}, ...deployed.map(({ outputs }) => outputs)),
    exports,
    resourcesOf: (type) => deployed.flatMap((stack) => stack.resourcesOf(type)),
  };
}

function readStack(
  stack: SynthesizedStack,
  location: AwsLocation,
  stored: ReadonlyMap<string, string>,
  imports: Readonly<Record<string, string>>,
): DeployedStack {
  const { stackName, templateFullPath } = stack;
  const template = stack.template as Template;
  const parameters = Object.entries(template.Parameters ?? {}).flatMap(([name, { Default }]) => {
    const value = stored.get(String(Default));
    return value === undefined ? [] : [[name, value]];
  });
  const assemblyFolder = path.dirname(templateFullPath);
  const assets = readFileSync(path.join(assemblyFolder, `${stackName}.assets.json`), "utf8");
  return readTemplate({
    ...location,
    template,
    parameters: Object.fromEntries(parameters),
    assetManifest: JSON.parse(assets),
    stackName,
    assemblyFolder,
    imports,
  });
}
