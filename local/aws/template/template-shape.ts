import type { AwsLocation } from "../arns.ts";

/** The parts of a CloudFormation template that are read. */
export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, { Type: string; Default?: string | number }>>;
  readonly Mappings?: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  readonly Outputs?: Readonly<Record<string, { Value: unknown; Export?: { Name: unknown } }>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** The account, Region, stack name and inputs of a deployment. */
export interface DeploymentTarget {
  readonly location: AwsLocation;
  readonly stackName: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /** Exports of other stacks. */
  readonly imports: Readonly<Record<string, string>>;
}

/** `AWS::NoValue`: removes the property or element that it replaces. */
export const NO_VALUE = Symbol("AWS::NoValue");

export function failAt(path: string, reason: string): never {
  throw new Error(`${path}: ${reason}`);
}
