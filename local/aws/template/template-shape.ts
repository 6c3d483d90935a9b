import type { AwsLocation } from "../arns.ts";

/** A CloudFormation template, as far as it is read here. */
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

/** Where and with what a template is deployed. */
export interface DeploymentTarget {
  readonly place: AwsLocation;
  readonly stackName: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /** What other stacks export. */
  readonly imports: Readonly<Record<string, string>>;
}

/** `AWS::NoValue`: takes away the property or the element that it stands for. */
export const NO_VALUE = Symbol("AWS::NoValue");

export function failAt(path: string, why: string): never {
  throw new Error(`${path}: ${why}`);
}
