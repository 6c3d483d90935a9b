import type { SimulatedRequest } from "../kit/request.ts";
import { formOf, jsonObjectOf } from "../kit/request.ts";

/** How a server takes parameters. */
export type ParameterFormat = "form" | "json";

/** The parameters that every request has to have, each with exactly these values. */
export type RequiredParameters = Readonly<Record<string, readonly string[]>>;

/** Undefined for another format. A list in JSON is a parameter with several values. */
export function parametersOf(
  request: SimulatedRequest,
  format: ParameterFormat,
): URLSearchParams | undefined {
  if (format === "form") return formOf(request);
  if (!request.headers["content-type"]?.startsWith("application/json")) return undefined;
  const members = jsonObjectOf(request);
  if (!members) return undefined;
  const pairs = Object.entries(members).flatMap(([name, value]) =>
    [value].flat().map((one): [string, unknown] => [name, one]),
  );
  const isText = (pair: [string, unknown]): pair is [string, string] => typeof pair[1] === "string";
  return pairs.every(isText) ? new URLSearchParams(pairs) : undefined;
}

/** What a server calls parameters of the standard; null for one that it does not take. */
export type ParameterNames = Readonly<Record<string, string | null | undefined>>;

/**
 * The parameters under the standard's names, with `usual` in the place of those that are not taken. Undefined where a
 * request has one by the standard's name that is called otherwise, or not taken.
 */
export function standardParameters(
  parameters: URLSearchParams,
  names: ParameterNames,
  usual: Readonly<Record<string, string>>,
): URLSearchParams | undefined {
  const others = Object.entries(names).filter(([, other]) => other !== undefined);
  if (others.some(([name]) => parameters.has(name))) return undefined;
  const standard = new Map(others.map(([name, other]) => [other, name]));
  const found = [...parameters].map(([name, value]) => [standard.get(name) ?? name, value]);
  const untaken = others.flatMap(([name, other]) =>
    other === null && usual[name] !== undefined ? [[name, usual[name]]] : [],
  );
  return new URLSearchParams([...found, ...untaken] as [string, string][]);
}

/** A parameter that occurs twice (RFC 6749 §3.1, §3.2). Several resources may be named (RFC 8707 §2). */
export function repeatedParameter(parameters: URLSearchParams): string | undefined {
  return [...parameters.keys()].find(
    (name) => name !== "resource" && parameters.getAll(name).length > 1,
  );
}

/** The first parameter that is missing or has another value. */
export function wrongParameter(
  parameters: URLSearchParams,
  required: RequiredParameters = {},
): string | undefined {
  const isWrong = ([name, values]: [string, readonly string[]]) =>
    JSON.stringify(parameters.getAll(name)) !== JSON.stringify(values);
  return Object.entries(required).find(isWrong)?.[0];
}

/** What a server answers for a wrong parameter (RFC 6749 §5.2, RFC 8707 §2). */
export function errorForParameter(name: string): string {
  return ["audience", "resource"].includes(name) ? "invalid_target" : "invalid_request";
}
