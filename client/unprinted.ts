/** Its members are own ones, for `fetch` and spreads. The methods that hide them from JSON and `inspect` are inherited. */
export class Unprinted {
  toJSON(): string {
    return "[sensitive]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[sensitive]";
  }
}
