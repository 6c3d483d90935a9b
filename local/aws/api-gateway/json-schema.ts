/** Returns the errors of a value; none if it is valid. */
export type SchemaCheck = (value: unknown) => string[];

/**
 * Supports the few keywords of JSON Schema (draft 4) that this API's models use. Throws on any other, so that no
 * keyword is silently ignored.
 */
export function compileJsonSchema(schema: object, path = "#"): SchemaCheck {
  const checks = Object.entries(schema).flatMap(([keyword, argument]) => {
    if (annotations.has(keyword)) return [];
    const make = keywords[keyword];
    if (!make) throw new Error(`${path}: the keyword ${keyword} is not supported.`);
    return [make(argument as never, path, schema)];
  });
  return (value) => checks.flatMap((check) => check(value));
}

const annotations = new Set(["$schema", "title", "description"]);

type KeywordCompiler = (argument: never, path: string, schema: object) => SchemaCheck;

const keywords: Readonly<Record<string, KeywordCompiler>> = {
  type: (name: string, path) => {
    const isType = types[name];
    if (!isType) throw new Error(`${path}: the type ${name} is not supported.`);
    return (value) => (isType(value) ? [] : [`${path} is no ${name}`]);
  },
  minimum: (minimum: number, path) => (value) =>
    typeof value === "number" && value < minimum ? [`${path} is less than ${minimum}`] : [],
  maximum: (maximum: number, path) => (value) =>
    typeof value === "number" && value > maximum ? [`${path} is more than ${maximum}`] : [],
  pattern: (source: string, path) => {
    const pattern = new RegExp(source);
    return (value) =>
      typeof value === "string" && !pattern.test(value) ? [`${path} is not like ${source}`] : [];
  },
  required: (names: readonly string[], path) => (value) =>
    isObject(value)
      ? names.filter((name) => !(name in value)).map((name) => `${path} has no ${name}`)
      : [],
  properties: (schemas: Readonly<Record<string, object>>, path) => {
    const checks = Object.entries(schemas).map(
      ([name, schema]) => [name, compileJsonSchema(schema, `${path}/${name}`)] as const,
    );
    return (value) =>
      isObject(value)
        ? checks.flatMap(([name, check]) => (name in value ? check(value[name]) : []))
        : [];
  },
  additionalProperties: (allowed: unknown, path, schema) => {
    if (allowed !== false) throw new Error(`${path}: additionalProperties must be false.`);
    const { properties = {} } = schema as { properties?: object };
    return (value) =>
      isObject(value)
        ? Object.keys(value)
            .filter((name) => !(name in properties))
            .map((name) => `${path} has a ${name}`)
        : [];
  },
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};
