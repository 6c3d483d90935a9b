// What is used of libraries that only the bench installs, so that the compiler does not need them.

declare module "@observablehq/plot" {
  /** A document's element. */
  interface Drawing {
    readonly outerHTML: string;
    setAttribute(name: string, value: string): void;
  }
  type Mark = (data: readonly object[], options: object) => object;

  const line: Mark;
  const dot: Mark;
  const text: Mark;
  function plot(options: object): Drawing;
}

declare module "linkedom" {
  function parseHTML(html: string): { readonly document: object };
}
