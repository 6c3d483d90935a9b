import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { declarePackage } from "./declare-package.ts";

const folder = path.join(import.meta.dirname, "../../client");

const common: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts"],
  types: ["node"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
};

/** How each kind of module is built, and how Node knows it. */
const formats = {
  esm: { module: ts.ModuleKind.ESNext, type: "module" },
  cjs: { module: ts.ModuleKind.CommonJS, type: "commonjs" },
} as const;

/** The modules that the package exports, by the name of their file. */
function exportedModules(): string[] {
  const { exports } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const paths = Object.values<{ import?: string }>(exports).map((one) => one.import ?? "");
  return paths.filter(Boolean).map((built) => path.basename(built, ".js"));
}

/**
 * Builds the package of `client/` into `client/dist`: each module as one file of its own, so that a class is the same
 * whichever entry it comes from, as ES modules and as CommonJS, with declarations for both.
 */
export function buildClient(): void {
  const dist = path.join(folder, "dist");
  rmSync(dist, { recursive: true, force: true });
  const modules = exportedModules();
  const files = modules.map((name) => `${name}.ts`);
  const declarations = declarePackage(folder, files, common);
  for (const [format, { module, type }] of Object.entries(formats)) {
    const target = path.join(dist, format);
    mkdirSync(target, { recursive: true });
    const write = (file: string, text: string) => writeFileSync(path.join(target, file), text);
    write("package.json", `${JSON.stringify({ type })}\n`);
    for (const [file, text] of declarations) write(file, named(text));
    for (const [name, text] of compile(modules, module)) write(`${name}.js`, text);
  }
}

/** The examples in comments, with the names by which the package's users import. */
function named(text: string): string {
  return text
    .replaceAll('"./client/token-client.ts"', '"@token-vending/client"')
    .replaceAll(/"\.\/client\/([\w-]+)\.ts"/g, '"@token-vending/client/$1"');
}

/** The text of each file that these modules consist of at run time, by its name without an ending. */
function compile(
  modules: readonly string[],
  module: ts.ModuleKind,
  texts = new Map<string, string>(),
): ReadonlyMap<string, string> {
  for (const name of modules) {
    if (texts.has(name)) continue;
    const source = readFileSync(path.join(folder, `${name}.ts`), "utf8");
    const compilerOptions = { ...common, module, removeComments: true };
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    texts.set(name, outputText);
    const imports = outputText.matchAll(/(?:from |require\()"\.\/([\w-]+)\.js"/g);
    compile(
      [...imports].map(([, imported = ""]) => imported),
      module,
      texts,
    );
  }
  return texts;
}

if (import.meta.main) buildClient();
