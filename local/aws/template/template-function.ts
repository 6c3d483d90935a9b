import { basename, join } from "node:path";
import type { LambdaFunction } from "../lambda/lambda-function.ts";
import type { Resolver } from "./template-resolver.ts";
import type { TemplateResource } from "./template-shape.ts";
import { failAt } from "./template-shape.ts";

export interface DeployedFunction extends LambdaFunction {
  readonly logicalId: string;
  readonly runtime: string;
}

export interface CodeAssets {
  readonly assemblyFolder: string;
  /** `<stack>.assets.json`: locates the code if the template's metadata do not. */
  readonly assetManifest?: unknown;
}

/** Reads an `AWS::Lambda::Function`, with CloudFormation's defaults. */
export function readFunction(
  resolver: Resolver,
  logicalId: string,
  resource: TemplateResource,
  assets: CodeAssets,
): DeployedFunction {
  const path = `Resources.${logicalId}`;
  const property = (name: string) =>
    resolver.resolve(resource.Properties?.[name], `${path}.Properties.${name}`);
  const text = (name: string) =>
    resolver.resolveText(resource.Properties?.[name], `${path}.Properties.${name}`);
  const number = (name: string, otherwise: number) => Number(property(name) ?? otherwise);
  const role = property("Role");
  const description = property("Description");
  const { LogGroup: logGroup } = Object(property("LoggingConfig")) as { LogGroup?: unknown };
  const reserved = property("ReservedConcurrentExecutions");

  return {
    logicalId,
    name: resolver.nameOf(logicalId, path),
    folder: codeFolder(resolver, resource, path, assets),
    handler: text("Handler"),
    runtime: text("Runtime"),
    environment: readEnvironment(resolver, resource, path),
    ...(role !== undefined && { roleArn: String(role) }),
    timeoutMs: number("Timeout", 3) * 1000,
    memoryMb: number("MemorySize", 128),
    ...(description !== undefined && { description: String(description) }),
    ...(logGroup !== undefined && { logGroup: String(logGroup) }),
    ...(reserved !== undefined && { reservedConcurrency: Number(reserved) }),
  };
}

function readEnvironment(resolver: Resolver, { Properties }: TemplateResource, path: string) {
  const { Variables = {} } = Object(Properties?.["Environment"]) as { Variables?: object };
  const at = `${path}.Properties.Environment.Variables`;
  return Object.fromEntries(
    Object.entries(Variables).map(([name, value]) => [
      name,
      resolver.resolveText(value, `${at}.${name}`),
    ]),
  );
}

function codeFolder(
  resolver: Resolver,
  { Metadata, Properties }: TemplateResource,
  path: string,
  { assemblyFolder, assetManifest }: CodeAssets,
): string {
  const stated = Metadata?.["aws:asset:path"];
  if (typeof stated === "string") return join(assemblyFolder, stated);
  const at = `${path}.Properties.Code`;
  const { S3Key } = Object(resolver.resolve(Properties?.["Code"], at)) as { S3Key?: unknown };
  const { files = {} } = Object(assetManifest) as { files?: Record<string, unknown> };
  const asset = Object(files[basename(String(S3Key), ".zip")]) as { source?: { path?: string } };
  return join(assemblyFolder, asset.source?.path ?? failAt(at, "no asset is known for this code"));
}
