import { references } from "./template-references.ts";
import type { DeploymentTarget, Template } from "./template-shape.ts";
import { failAt, NO_VALUE } from "./template-shape.ts";

export interface Resolver {
  /** Evaluates the intrinsic functions of a value. Throws, naming the path, on what is not supported. */
  resolve(value: unknown, path: string): unknown;
  resolveText(value: unknown, path: string): string;
  nameOf(logicalId: string, path: string): string;
}

type Intrinsic = (argument: unknown, path: string) => unknown;

export function createResolver(template: Template, deployment: DeploymentTarget): Resolver {
  const { ref, getAtt, nameOf } = references(template, deployment, resolveText);

  const intrinsics: Readonly<Record<string, Intrinsic>> = {
    Ref: (name, path) => ref(String(name), path),

    "Fn::GetAtt": (argument, path) =>
      getAttByName(Array.isArray(argument) ? argument.join(".") : String(argument), path),

    "Fn::Sub": (argument, path) => {
      const [text, variables = {}] = Array.isArray(argument) ? argument : [argument];
      return String(text).replaceAll(/\$\{(!?)([^}]+)\}/g, (_, isLiteral, name: string) => {
        if (isLiteral) return `\${${name}}`;
        if (name in variables) return resolveText(variables[name], `${path}.${name}`);
        return asText(name.includes(".") ? getAttByName(name, path) : ref(name, path), path);
      });
    },

    "Fn::Join": (argument, path) => {
      const [delimiter, values] = pair(argument, path);
      return list(values, path)
        .map((value) => asText(value, path))
        .join(String(delimiter));
    },

    "Fn::Split": (argument, path) => {
      const [delimiter, text] = pair(argument, path);
      return resolveText(text, path).split(String(delimiter));
    },

    "Fn::Select": (argument, path) => {
      const [index, values] = pair(argument, path);
      const selected = list(values, path)[Number(resolve(index, path))];
      return selected ?? failAt(path, "selects what is not there");
    },

    "Fn::ImportValue": (argument, path) => {
      const name = resolveText(argument, path);
      return deployment.imports[name] ?? failAt(path, `no stack exports ${name}`);
    },

    "Fn::FindInMap": (argument, path) => {
      const [map = "", top = "", second = ""] = list(argument, path).map(String);
      const found = template.Mappings?.[map]?.[top]?.[second];
      return found ?? failAt(path, `there is no ${map}.${top}.${second} in the mappings`);
    },
  };

  function resolve(value: unknown, path: string): unknown {
    if (typeof value === "string") return staticText(value, path);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      return value.map((each, at) => resolve(each, `${path}[${at}]`)).filter(isValue);
    }
    const [[name, argument] = ["", undefined], ...others] = Object.entries(value);
    if (isIntrinsic(name) && others.length === 0) return evaluate(name, argument, path);
    return resolveMembers(value, path);
  }

  function resolveMembers(value: object, path: string): object {
    const members = Object.entries(value).map(([name, member]) => [
      name,
      resolve(member, `${path}.${name}`),
    ]);
    return Object.fromEntries(members.filter(([, member]) => isValue(member)));
  }

  function evaluate(name: string, argument: unknown, path: string): unknown {
    const intrinsic = intrinsics[name] ?? failAt(path, `${name} is not supported`);
    return intrinsic(argument, `${path}.${name}`);
  }

  function resolveText(value: unknown, path: string): string {
    return asText(resolve(value, path), path);
  }

  function list(value: unknown, path: string): unknown[] {
    const resolved = resolve(value, path);
    return Array.isArray(resolved) ? resolved : failAt(path, "is not a list");
  }

  function getAttByName(name: string, path: string): string {
    const [logicalId = "", ...attribute] = name.split(".");
    return getAtt(logicalId, attribute.join("."), path);
  }

  return { resolve, resolveText, nameOf };
}

const isValue = (value: unknown) => value !== NO_VALUE;

const isIntrinsic = (name: string) =>
  name === "Ref" || name === "Condition" || name.startsWith("Fn::");

/** Dynamic references (`{{resolve:ssm:…}}`) are only known when a stack is deployed. */
function staticText(text: string, path: string): string {
  return text.includes("{{resolve:") ? failAt(path, "dynamic references are not supported") : text;
}

function asText(value: unknown, path: string): string {
  if (["string", "number", "boolean"].includes(typeof value)) return String(value);
  return failAt(path, "is not text");
}

function pair(argument: unknown, path: string): [unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 2) return failAt(path, "takes two arguments");
  return [argument[0], argument[1]];
}
