const printed = "[sensitive]";
const inspected = Symbol.for("nodejs.util.inspect.custom");

/** A value that prints as `[sensitive]`: as text, as JSON, by `inspect`, inside an error's cause. */
export class Sensitive<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. The files that may call this are listed in test/conventions.test.ts. */
  expose(): T {
    return this.#value;
  }

  toString(): string {
    return printed;
  }

  toJSON(): string {
    return printed;
  }

  [inspected](): string {
    return printed;
  }
}

/**
 * An object with secrets in its fields, which only `unprintable` makes. Its private member makes the compiler refuse any
 * other object, and copies of this one.
 */
export declare abstract class Unprintable {
  private readonly isUnprintable: true;
}

type FieldsOf<T> = { readonly [Name in keyof T]: T[Name] };

const printsNothing: object = Object.freeze({
  toString: () => printed,
  toJSON: () => printed,
  [Symbol.toPrimitive]: () => printed,
  [inspected]: () => printed,
});

/** The fields as accessors that cannot be enumerated: whatever prints, copies or serializes the object finds nothing. */
export function unprintable<T extends Unprintable>(fields: FieldsOf<T>): T {
  const accessors = Object.entries(fields).map(([name, value]) => [name, { get: () => value }]);
  return Object.create(printsNothing, Object.fromEntries(accessors));
}
