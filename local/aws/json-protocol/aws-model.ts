/**
 * Reads the service model that an AWS SDK client exports (`GetSecretValue$`, `ResourceNotFoundException$` …) as arrays,
 * described in static-schemas.d.ts of `@smithy/types`. This format is internal to the SDK, so its version is pinned.
 */
export type ScalarKind = "string" | "number" | "boolean" | "timestamp" | "blob" | "document";

export type Shape =
  | { readonly kind: ScalarKind }
  | { readonly kind: "list" | "map"; readonly element: () => Shape }
  | {
      readonly kind: "structure";
      readonly name: string;
      readonly members: ReadonlyMap<string, () => Shape>;
      readonly required: ReadonlySet<string>;
    };

interface Operation {
  readonly input: Shape;
  readonly output: Shape;
}

export interface AwsModel {
  readonly operations: ReadonlyMap<string, Operation>;
  /** HTTP status by error name. */
  readonly errors: ReadonlyMap<string, number>;
}

const SIMPLE = 0;
const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;
const ERROR = -3;
const OPERATION = 9;

const LIST_OF = 0b0100_0000;
const MAP_OF = 0b1000_0000;
const SCALARS = new Map<number, ScalarKind>([
  [0, "string"],
  [1, "number"],
  [2, "boolean"],
  [4, "timestamp"],
  [7, "timestamp"],
  [15, "document"],
  [21, "blob"],
]);

type Schema = readonly [id: number, namespace: string, name: string, traits: unknown, ...unknown[]];

export function readModel(sdkClient: Readonly<Record<string, unknown>>): AwsModel {
  const operations = new Map<string, Operation>();
  const errors = new Map<string, number>();
  for (const schema of Object.values(sdkClient).filter(isSchema)) {
    const [id, , name, traits, input, output] = schema;
    if (id === OPERATION) operations.set(name, { input: shape(input), output: shape(output) });
    if (id === ERROR) errors.set(name, statusOf(traits));
  }
  return { operations, errors };
}

function statusOf(traits: unknown): number {
  const { httpError, error } = Object(traits) as { httpError?: number; error?: string };
  return httpError ?? (error === "server" ? 500 : 400);
}

function isSchema(value: unknown): value is Schema {
  return Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "string";
}

function shape(reference: unknown): Shape {
  if (typeof reference === "function") return shape(reference());
  if (typeof reference === "number") return scalarOrCollection(reference);
  if (reference === "unit") return structure("Unit", [], [], 0);
  if (isSchema(reference)) return declared(reference);
  // A member with traits: [reference, traits].
  if (Array.isArray(reference)) return shape(reference[0]);
  throw new Error(`The SDK's model holds something unknown: ${String(reference)}`);
}

function scalarOrCollection(code: number): Shape {
  if (code & LIST_OF) return { kind: "list", element: () => shape(code & ~LIST_OF) };
  if (code & MAP_OF) return { kind: "map", element: () => shape(code & ~MAP_OF) };
  const kind = SCALARS.get(code);
  if (!kind) throw new Error(`The SDK's model holds an unknown scalar: ${code}`);
  return { kind };
}

function declared([id, , name, , ...rest]: Schema): Shape {
  switch (id) {
    case SIMPLE:
      return shape(rest[0]);
    case LIST:
      return { kind: "list", element: () => shape(rest[0]) };
    case MAP:
      return { kind: "map", element: () => shape(rest[1]) };
    case STRUCTURE:
      return structure(name, rest[0] as string[], rest[1] as unknown[], Number(rest[2] ?? 0));
    default:
      throw new Error(`The SDK's model holds an unknown kind of schema: ${id} (${name})`);
  }
}

/** Required members come first. */
function structure(name: string, names: string[], types: unknown[], required: number): Shape {
  return {
    kind: "structure",
    name,
    members: new Map(names.map((member, at) => [member, () => shape(types[at])])),
    required: new Set(names.slice(0, required)),
  };
}
