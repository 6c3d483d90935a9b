declare module "cliui" {
  interface Cell {
    readonly text: string;
    readonly width: number;
    /** Above, right, below, left. */
    readonly padding: readonly [number, number, number, number];
  }

  interface Layout {
    div(...cells: readonly Cell[]): void;
    toString(): string;
  }

  function cliui(options: { readonly width: number }): Layout;
  export = cliui;
}
