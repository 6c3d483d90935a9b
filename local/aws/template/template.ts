import type { AwsLocation } from "../arns.ts";
import type { TableDefinition } from "../dynamodb/dynamodb-tables.ts";
import type { CodeAssets, DeployedFunction } from "./template-function.ts";
import { readFunction } from "./template-function.ts";
import { createResolver } from "./template-resolver.ts";
import type { Template } from "./template-shape.ts";
import { failAt } from "./template-shape.ts";

export interface TemplateInput extends AwsLocation, CodeAssets {
  /** The synthesized template, parsed. */
  readonly template: unknown;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Prefix of generated names, as at CloudFormation. */
  readonly stackName?: string;
  /** Exports of other stacks, by name. */
  readonly imports?: Readonly<Record<string, string>>;
}

export interface DeployedResource {
  readonly logicalId: string;
  /** The value of `Ref`. Throws if it is not supported. */
  ref(): string;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface DeployedKey extends DeployedResource {
  readonly id: string;
}

export interface DeployedStack {
  readonly tables: readonly (TableDefinition & DeployedResource)[];
  readonly keys: readonly DeployedKey[];
  readonly functions: readonly DeployedFunction[];
  readonly outputs: Readonly<Record<string, string>>;
  /** By export name. Passed to another stack as `imports`. */
  readonly exports: Readonly<Record<string, string>>;
  /** Resources of any type, resolved on demand. */
  resourcesOf(type: string): DeployedResource[];
}

/** Reads the stack that a template would deploy, with all references resolved. Throws on what is not supported. */
export function readTemplate(input: TemplateInput): DeployedStack {
  const { region, accountId, partition, parameters = {}, imports = {}, stackName } = input;
  const template = input.template as Template;
  const location = { region, accountId, partition };
  const resolver = createResolver(template, { location, stackName, parameters, imports });

  const resources = (...types: string[]) =>
    Object.entries(template.Resources ?? {}).filter(([logicalId, { Type, Condition }]) => {
      const isRequested = types.includes(Type);
      if (isRequested && Condition)
        failAt(`Resources.${logicalId}`, "conditions are not supported");
      return isRequested;
    });
  const resourcesOf = (...types: string[]): DeployedResource[] =>
    resources(...types).map(([logicalId, { Properties = {} }]) => ({
      logicalId,
      ref: () => resolver.resolveText({ Ref: logicalId }, `Resources.${logicalId}`),
      properties: Object(resolver.resolve(Properties, `Resources.${logicalId}.Properties`)),
    }));

  const outputs = Object.entries(template.Outputs ?? {}).map(([logicalId, { Value, Export }]) => ({
    logicalId,
    value: resolver.resolveText(Value, `Outputs.${logicalId}.Value`),
    exportName: Export && resolver.resolveText(Export.Name, `Outputs.${logicalId}.Export.Name`),
  }));

  return {
    tables: resourcesOf("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable").map((table) => ({
      ...table,
      name: resolver.nameOf(table.logicalId, `Resources.${table.logicalId}`),
    })),
    keys: resourcesOf("AWS::KMS::Key").map((key) => ({
      ...key,
      id: resolver.nameOf(key.logicalId, `Resources.${key.logicalId}`),
    })),
    functions: resources("AWS::Lambda::Function").map(([logicalId, resource]) =>
      readFunction(resolver, logicalId, resource, input),
    ),
    outputs: Object.fromEntries(outputs.map(({ logicalId, value }) => [logicalId, value])),
    exports: Object.fromEntries(
      outputs.flatMap(({ exportName, value }) => (exportName ? [[exportName, value]] : [])),
    ),
    resourcesOf,
  };
}
