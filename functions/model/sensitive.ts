const printed = "[sensitive]";

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

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return printed;
  }
}
