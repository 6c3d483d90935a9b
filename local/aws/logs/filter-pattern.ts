import { AwsError } from "../json-protocol/aws-json.ts";

/** Whether a log event's message matches. */
export type Matches = (message: string) => boolean;

/**
 * CloudWatch's filter patterns for JSON, as far as they are used: comparisons of members with text or a number, joined by
 * `&&`, `||` and parentheses. An empty pattern matches everything.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * Throws an `AwsError` for any other pattern.
 */
export function parseFilterPattern(pattern: string): Matches {
  if (pattern.trim() === "") return () => true;
  const [, inner] = /^\s*\{(.*)\}\s*$/s.exec(pattern) ?? [];
  if (inner === undefined) throw invalidPattern("only patterns for JSON are implemented");
  const test = parseExpression(tokensOf(inner));
  return (message) => {
    const event = jsonOf(message);
    return event !== undefined && test(event);
  };
}

type Test = (event: unknown) => boolean;

const token = /\s*(&&|\|\||[()]|!=|=|\$(?:\.[\w-]+)+|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?)/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const at = token.lastIndex;
    const [, found] = token.exec(text) ?? [];
    if (found === undefined) throw invalidPattern(`near "${text.slice(at, at + 20)}"`);
    tokens.push(found);
  }
  return tokens;
}

/** `&&` binds more strongly than `||`. */
function parseExpression(tokens: string[]): Test {
  const test = parseAlternatives(tokens);
  if (tokens.length > 0) throw invalidPattern(`at ${tokens[0]}`);
  return test;
}

function parseAlternatives(tokens: string[]): Test {
  const tests = [parseConjunction(tokens)];
  while (tokens[0] === "||") {
    tokens.shift();
    tests.push(parseConjunction(tokens));
  }
  return (event) => tests.some((test) => test(event));
}

function parseConjunction(tokens: string[]): Test {
  const tests = [parseComparison(tokens)];
  while (tokens[0] === "&&") {
    tokens.shift();
    tests.push(parseComparison(tokens));
  }
  return (event) => tests.every((test) => test(event));
}

function parseComparison(tokens: string[]): Test {
  const first = tokens.shift();
  if (first === "(") {
    const test = parseAlternatives(tokens);
    if (tokens.shift() !== ")") throw invalidPattern("a parenthesis is not closed");
    return test;
  }
  const [operator, literal] = tokens.splice(0, 2);
  if (!(operator === "=" || operator === "!=") || !/^["\d-]/.test(literal ?? ""))
    throw invalidPattern(`at ${first ?? "its end"}`);
  const names = namesIn(first);
  const isEqual = comparing(literal ?? "");
  return (event) => {
    const value = names.reduce<unknown>((at, name) => Object(at)[name], event);
    return value !== undefined && isEqual(value) === (operator === "=");
  };
}

/** Of a selector like `$.userIdentity.arn`. */
function namesIn(selector = ""): string[] {
  if (!selector.startsWith("$.")) throw invalidPattern(`at ${selector}`);
  return selector.split(".").slice(1);
}

/** In text, `*` stands for anything. */
function comparing(literal: string): (value: unknown) => boolean {
  if (!literal.startsWith('"')) return (value) => value === Number(literal);
  const parts = literal.slice(1, -1).replaceAll(/\\(.)/g, "$1").split("*");
  const escaped = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const text = new RegExp(`^${escaped.join(".*")}$`, "s");
  return (value) => typeof value === "string" && text.test(value);
}

function jsonOf(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

const invalidPattern = (where: string) =>
  new AwsError("InvalidParameterException", `Invalid filter pattern: ${where}`);
