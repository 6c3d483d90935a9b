import type { ResourceKind } from "./template-resource.ts";
import { kindOf } from "./template-resource.ts";
import type { DeploymentTarget, Template } from "./template-shape.ts";
import { failAt, NO_VALUE } from "./template-shape.ts";

export interface References {
  ref(name: string, path: string): unknown;
  getAtt(logicalId: string, attribute: string, path: string): string;
  /** The explicit name, or one generated from the stack's name and the logical id. */
  nameOf(logicalId: string, path: string): string;
}

/** Resolves references to parameters, pseudo parameters and resources. */
export function references(
  { Resources = {}, Parameters = {} }: Template,
  { location, stackName, parameters }: DeploymentTarget,
  resolveText: (value: unknown, path: string) => string,
): References {
  const pseudoParameters: Readonly<Record<string, unknown>> = {
    "AWS::Region": location.region,
    "AWS::AccountId": location.accountId,
    "AWS::Partition": location.partition,
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": stackName ?? "local",
    "AWS::NoValue": NO_VALUE,
  };

  function parameter(name: string, path: string): unknown {
    const { Type = "", Default } = Parameters[name] ?? {};
    // The default of an SSM parameter is the name of the parameter, not its value.
    const value = parameters[name] ?? (Type.startsWith("AWS::SSM::") ? undefined : Default);
    if (value === undefined) return failAt(path, `the parameter ${name} has no value`);
    return Type.includes("List") ? String(value).split(",") : String(value);
  }

  function kind(logicalId: string, path: string): ResourceKind {
    const type = Resources[logicalId]?.Type ?? failAt(path, `nothing is called ${logicalId}`);
    return kindOf(type) ?? failAt(path, `${logicalId} is an ${type}, which is not supported`);
  }

  function nameOf(logicalId: string, path: string): string {
    const { nameProperty = "", composeName } = kind(logicalId, path);
    const property = (name: string) => Resources[logicalId]?.Properties?.[name];
    const textOf = (name: string) =>
      resolveText(property(name), `Resources.${logicalId}.Properties.${name}`);
    if (composeName) return composeName(textOf);
    if (property(nameProperty) !== undefined) return textOf(nameProperty);
    return stackName === undefined ? logicalId : `${stackName}-${logicalId}`;
  }

  return {
    nameOf,
    ref(name, path) {
      if (name in pseudoParameters) return pseudoParameters[name];
      if (name in Parameters) return parameter(name, path);
      return kind(name, path).ref(location, nameOf(name, path));
    },
    getAtt(logicalId, attribute, path) {
      const { arn, attributes } = kind(logicalId, path);
      if (attribute === "Arn" && arn) return arn(location, nameOf(logicalId, path));
      const other = attributes?.[attribute];
      if (other) return other(nameOf(logicalId, path), location);
      return failAt(path, `the attribute ${attribute} of ${logicalId} is not supported`);
    },
  };
}
