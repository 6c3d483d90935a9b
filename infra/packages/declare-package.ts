import path from "node:path";
import ts from "typescript";

/** The file that declares what a package's files need from outside of its folder. */
const outsideFile = "shared-types.d.ts";

/**
 * The declarations of a package: of its entries, and of what they declare by, as texts by the path below the package's
 * folder. They import from nowhere else in the repository: what is declared outside of the folder is repeated in one more
 * file, interfaces as they are and other types written out, so that they need none of the libraries they are inferred by.
 *
 * @throws {Error} for a type that cannot be repeated so, by its name.
 */
export function declarePackage(
  folder: string,
  entries: readonly string[],
  options: ts.CompilerOptions,
): ReadonlyMap<string, string> {
  const roots = entries.map((entry) => path.join(folder, entry));
  const program = ts.createProgram(roots, { ...options, declaration: true, noEmit: false });
  const outside = new OutsideTypes(program, folder);
  const texts = new Map<string, string>();

  function declare(file: string): void {
    const source = program.getSourceFile(file);
    const name = path.relative(folder, file);
    if (!source || texts.has(declarationFile(name))) return;
    texts.set(declarationFile(name), "");
    const { text, imported } = outside.replaceImports(file, emitted(program, source));
    texts.set(declarationFile(name), text);
    for (const each of imported) declare(each);
  }

  for (const file of roots) declare(file);
  const rest = outside.text();
  return rest ? texts.set(outsideFile, rest) : texts;
}

const declarationFile = (name: string) => name.replace(/\.ts$/, ".d.ts");

function emitted(program: ts.Program, source: ts.SourceFile): string {
  let declarations = "";
  const keep = (_: string, text: string) => {
    declarations = text;
  };
  program.emit(source, keep, undefined, true);
  return declarations;
}

/** Named imports, and types that are imported where they are used. */
const importForms = [
  /\b(?:import|export)(?: type)? \{([^}]*)\} from "(\.[^"]+\.ts)"/g,
  /\bimport\(()"(\.[^"]+\.ts)"\)\.(\w+)/g,
];

/** Repeats types that are declared elsewhere in the repository. */
class OutsideTypes {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #folder: string;
  readonly #repeated = new Map<string, string>();

  constructor(program: ts.Program, folder: string) {
    this.#program = program;
    this.#checker = program.getTypeChecker();
    this.#folder = folder;
  }

  text(): string {
    return [...this.#repeated.values()].join("\n");
  }

  /** A file's declarations with imports of built files, and the files of the package that they import. */
  replaceImports(file: string, declarations: string): { text: string; imported: string[] } {
    const imported: string[] = [];
    for (const [, names = "", specifier = "", name] of importForms.flatMap((form) => [
      ...declarations.matchAll(form),
    ])) {
      const from = path.resolve(path.dirname(file), specifier);
      if (this.#isInside(from)) imported.push(from);
      else this.#repeatExports(from, name ? [name] : namesIn(names));
    }
    const text = declarations.replaceAll(/((?:from |import\())"(\.[^"]+\.ts)"/g, (_, start, to) => {
      const from = path.resolve(path.dirname(file), to);
      const target = this.#isInside(from) ? from : path.join(this.#folder, outsideFile);
      const relative = path.relative(path.dirname(file), target).replace(/(\.d)?\.ts$/, ".js");
      return `${start}"${relative.startsWith(".") ? "" : "./"}${relative}"`;
    });
    return { text, imported };
  }

  #isInside(file: string): boolean {
    return !path.relative(this.#folder, file).startsWith("..");
  }

  #repeatExports(file: string, names: readonly string[]): void {
    const source = this.#program.getSourceFile(file);
    const module = source && this.#checker.getSymbolAtLocation(source);
    for (const name of names) {
      const symbol = module?.exports?.get(ts.escapeLeadingUnderscores(name));
      if (!symbol) throw new Error(`${file} exports no ${name}.`);
      this.#repeat(symbol);
    }
  }

  #repeat({ name, declarations: [declaration] = [] }: ts.Symbol): void {
    if (this.#repeated.has(name) || !declaration) return;
    this.#repeated.set(name, "");
    this.#repeated.set(name, this.#textOf(name, declaration));
  }

  #textOf(name: string, declaration: ts.Declaration): string {
    if (ts.isInterfaceDeclaration(declaration)) {
      this.#repeatReferences(declaration);
      return `${declaration.getFullText().trim()}\n`;
    }
    const type = this.#checker.getTypeAtLocation(declaration);
    const { NoTruncation, InTypeAlias } = ts.TypeFormatFlags;
    const text = this.#checker.typeToString(type, undefined, NoTruncation | InTypeAlias);
    if (/\bimport\(|\btypeof\b/.test(text)) throw new Error(`${name} cannot be repeated: ${text}`);
    return `export type ${name} = ${text};\n`;
  }

  /** The repository's types that an interface names. */
  #repeatReferences(node: ts.Node): void {
    const named = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node) && node.expression;
    const symbol = named && this.#checker.getSymbolAtLocation(named);
    if (symbol) {
      const isAlias = symbol.flags & ts.SymbolFlags.Alias;
      const declared = isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol;
      if (isOfRepository(declared)) this.#repeat(declared);
    }
    ts.forEachChild(node, (child) => this.#repeatReferences(child));
  }
}

function namesIn(list: string): string[] {
  const names = list.split(",").map((name) => name.replace(/^ *type /, "").trim());
  return names.map((name) => name.replace(/ as .*/, "")).filter(Boolean);
}

function isOfRepository({ flags, declarations: [declaration] = [] }: ts.Symbol): boolean {
  if (flags & ts.SymbolFlags.TypeParameter) return false;
  return declaration?.getSourceFile().fileName.includes("/node_modules/") === false;
}
