import type { AwsLocation } from "../arns.ts";
import type { TableDefinition } from "../dynamodb/dynamodb-tables.ts";
import type { CodeAssets, DeployedFunction } from "./template-function.ts";
import { readFunction } from "./template-function.ts";
import { resolver } from "./template-resolver.ts";
import type { Template } from "./template-shape.ts";
import { failAt } from "./template-shape.ts";

export interface TemplateInput extends AwsLocation, CodeAssets {
  /** The synthesized template, parsed. */
  readonly template: unknown;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Begins the name of what has no name of its own, as CloudFormation does it. */
  readonly stackName?: string;
  /** What other stacks export, by export name. */
  readonly imports?: Readonly<Record<string, string>>;
}

export interface DeployedResource {
  readonly logicalId: string;
  /** What `Ref` answers; throws where that is not known. */
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
  /** By export name: the `imports` of another stack. */
  readonly exports: Readonly<Record<string, string>>;
  /** Any other type of resource, resolved when asked for. */
  resourcesOf(type: string): DeployedResource[];
}

/** What a template would deploy, with every reference followed; throws on what it does not know. */
export function readTemplate(input: TemplateInput): DeployedStack {
  const { region, accountId, partition, parameters = {}, imports = {}, stackName } = input;
  const template = input.template as Template;
  const place = { region, accountId, partition };
  const known = resolver(template, { place, stackName, parameters, imports });

  const resources = (...types: string[]) =>
    Object.entries(template.Resources ?? {}).filter(([logicalId, { Type, Condition }]) => {
      const isWanted = types.includes(Type);
      if (isWanted && Condition) failAt(`Resources.${logicalId}`, "conditions are not known here");
      return isWanted;
    });
  const resourcesOf = (...types: string[]): DeployedResource[] =>
    resources(...types).map(([logicalId, { Properties = {} }]) => ({
      logicalId,
      ref: () => known.resolveText({ Ref: logicalId }, `Resources.${logicalId}`),
      properties: Object(known.resolve(Properties, `Resources.${logicalId}.Properties`)),
    }));

  const outputs = Object.entries(template.Outputs ?? {}).map(([logicalId, { Value, Export }]) => ({
    logicalId,
    value: known.resolveText(Value, `Outputs.${logicalId}.Value`),
    exportName: Export && known.resolveText(Export.Name, `Outputs.${logicalId}.Export.Name`),
  }));

  return {
    tables: resourcesOf("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable").map((table) => ({
      ...table,
      name: known.nameOf(table.logicalId, `Resources.${table.logicalId}`),
    })),
    keys: resourcesOf("AWS::KMS::Key").map((key) => ({
      ...key,
      id: known.nameOf(key.logicalId, `Resources.${key.logicalId}`),
    })),
    functions: resources("AWS::Lambda::Function").map(([logicalId, resource]) =>
      readFunction(known, logicalId, resource, input),
    ),
    outputs: Object.fromEntries(outputs.map(({ logicalId, value }) => [logicalId, value])),
    exports: Object.fromEntries(
      outputs.flatMap(({ exportName, value }) => (exportName ? [[exportName, value]] : [])),
    ),
    resourcesOf,
  };
}
