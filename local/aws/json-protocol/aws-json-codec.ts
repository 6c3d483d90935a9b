import { AwsError } from "./aws-json.ts";
import type { ScalarKind, Shape } from "./aws-model.ts";

type Structure = Extract<Shape, { kind: "structure" }>;

interface Scalar {
  readonly name: string;
  isWire(wire: unknown): boolean;
  decode(wire: never): unknown;
  isValue(value: unknown): boolean;
  encode(value: never): unknown;
}

const passThrough = (name: string, is: (value: unknown) => boolean): Scalar => ({
  name,
  isWire: is,
  decode: (wire) => wire,
  isValue: is,
  encode: (value) => value,
});

const SCALARS: Readonly<Record<ScalarKind, Scalar>> = {
  string: passThrough("String", (value) => typeof value === "string"),
  number: passThrough("Number", (value) => Number.isFinite(value)),
  boolean: passThrough("Boolean", (value) => typeof value === "boolean"),
  document: passThrough("Document", () => true),
  timestamp: {
    name: "Timestamp",
    isWire: Number.isFinite,
    decode: (seconds: number) => new Date(seconds * 1000),
    isValue: (value) => value instanceof Date,
    encode: (instant: Date) => instant.getTime() / 1000,
  },
  blob: {
    name: "Blob",
    isWire: (wire) => typeof wire === "string",
    decode: (base64: string) => Buffer.from(base64, "base64"),
    isValue: (value) => value instanceof Uint8Array,
    encode: (bytes: Uint8Array) => Buffer.from(bytes).toString("base64"),
  },
};

/** Converts a request's JSON to the SDK's types. Throws an `AwsError` on what the service's model does not allow. */
export function decode(shape: Shape, wire: unknown, path = ""): unknown {
  switch (shape.kind) {
    case "structure":
      return decodeStructure(shape, wire, path);
    case "list":
      if (!Array.isArray(wire)) throw notConvertible(path, "List");
      return wire.map((element, at) => decode(shape.element(), element, `${path}.${at + 1}`));
    case "map":
      if (!isPlain(wire)) throw notConvertible(path, "Map");
      return mapValues(wire, (value, key) => decode(shape.element(), value, `${path}.${key}`));
    default: {
      const scalar = SCALARS[shape.kind];
      if (!scalar.isWire(wire)) throw notConvertible(path, scalar.name);
      return scalar.decode(wire as never);
    }
  }
}

function decodeStructure(shape: Structure, wire: unknown, path: string): unknown {
  if (!isPlain(wire)) throw notConvertible(path, shape.name);
  const given = dropNullish(wire);
  const problems = [
    ...missing(shape, given).map((member) => mustNotBeNull(join(path, member))),
    ...unknown(shape, given).map((member) => notInModel(join(path, member))),
  ];
  if (problems.length > 0) throw validationError(problems);
  return mapMembers(shape, given, (member, value, name) => decode(member, value, join(path, name)));
}

/** Converts an answer to JSON. An error means that this emulation violates AWS's model; it becomes a 500. */
export function encode(shape: Shape, value: unknown, path = ""): unknown {
  switch (shape.kind) {
    case "structure":
      return encodeStructure(shape, value, path);
    case "list":
      if (!Array.isArray(value)) throw brokenModel(path, "is not a list");
      return value.map((element, at) => encode(shape.element(), element, `${path}.${at + 1}`));
    case "map":
      if (!isPlain(value)) throw brokenModel(path, "is not a map");
      return mapValues(value, (element, key) => encode(shape.element(), element, `${path}.${key}`));
    default: {
      const scalar = SCALARS[shape.kind];
      if (!scalar.isValue(value)) throw brokenModel(path, `is not a ${scalar.name}`);
      return scalar.encode(value as never);
    }
  }
}

function encodeStructure(shape: Structure, value: unknown, path: string): unknown {
  if (!isPlain(value)) throw brokenModel(path, `is not a ${shape.name}`);
  const given = dropNullish(value);
  for (const member of missing(shape, given)) throw brokenModel(join(path, member), "is missing");
  for (const member of unknown(shape, given)) throw brokenModel(join(path, member), "is unknown");
  return mapMembers(shape, given, (member, inner, name) => encode(member, inner, join(path, name)));
}

type Plain = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const dropNullish = (value: Plain): Plain =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member != null));

const missing = (shape: Structure, given: Plain) =>
  [...shape.required].filter((member) => !(member in given));

const unknown = (shape: Structure, given: Plain) =>
  Object.keys(given).filter((member) => !shape.members.has(member));

const mapValues = (value: Plain, map: (value: unknown, key: string) => unknown) =>
  Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, map(inner, key)]));

const mapMembers = (
  shape: Structure,
  given: Plain,
  map: (member: Shape, value: unknown, name: string) => unknown,
) =>
  Object.fromEntries(
    [...shape.members]
      .filter(([name]) => name in given)
      .map(([name, member]) => [name, map(member(), given[name], name)]),
  );

const join = (path: string, member: string) => (path ? `${path}.${member}` : member);

const lowerFirst = (path: string) => path.charAt(0).toLowerCase() + path.slice(1);

const mustNotBeNull = (path: string) =>
  `Value null at '${lowerFirst(path)}' failed to satisfy constraint: Member must not be null`;

/** Stricter than AWS, which ignores unknown members: a misspelt one must not pass. */
const notInModel = (path: string) => `'${path}' is not a member of the request`;

function validationError(problems: readonly string[]): AwsError {
  const errors = problems.length === 1 ? "error" : "errors";
  return new AwsError(
    "ValidationException",
    `${problems.length} validation ${errors} detected: ${problems.join("; ")}`,
  );
}

const notConvertible = (path: string, type: string) =>
  new AwsError("SerializationException", `'${path}' cannot be converted to ${type}`);

const brokenModel = (path: string, reason: string) =>
  new Error(`The answer violates the service's model: '${path}' ${reason}`);
