import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import ts from "typescript";

const root = path.join(import.meta.dirname, "../..");

/** A copy of parts of the repository, to be changed and compiled. */
export class ScratchTree {
  readonly folder: string = mkdtempSync(path.join(tmpdir(), "scratch-tree-"));
  readonly #sources = new Map<string, { text: string; file: ts.SourceFile }>();
  #program: ts.Program | undefined;

  constructor(parts: readonly string[]) {
    for (const part of parts) {
      cpSync(path.join(root, part), path.join(this.folder, part), { recursive: true });
    }
    symlinkSync(path.join(root, "node_modules"), path.join(this.folder, "node_modules"));
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), "utf8");
  }

  write(file: string, text: string): void {
    const target = path.join(this.folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }

  /** The errors in these files, as the compiler prints them, line by line. */
  compile(files: readonly string[]): string[] {
    const config = ts.readConfigFile(path.join(root, "tsconfig.json"), ts.sys.readFile).config;
    const { options } = ts.parseJsonConfigFileContent(
      { ...config, include: [] },
      ts.sys,
      this.folder,
    );
    const host = ts.createCompilerHost(options);
    host.getCurrentDirectory = () => this.folder;
    const parse = host.getSourceFile.bind(host);
    host.getSourceFile = (name, ...how) => {
      const text = host.readFile(name) ?? "";
      const known = this.#sources.get(name);
      if (known?.text === text) return known.file;
      const file = parse(name, ...how);
      if (file) this.#sources.set(name, { text, file });
      return file;
    };
    const roots = files.map((file) => path.join(this.folder, file));
    const program = ts.createProgram(roots, options, host, this.#program);
    this.#program = program;
    return roots
      .map((name) => program.getSourceFile(name))
      .flatMap((file) => [
        ...program.getSyntacticDiagnostics(file),
        ...program.getSemanticDiagnostics(file),
      ])
      .flatMap((diagnostic) => this.#linesOf(diagnostic));
  }

  #linesOf({ file, code, messageText }: ts.Diagnostic): string[] {
    const place = path.relative(this.folder, file?.fileName ?? this.folder);
    const text = ts.flattenDiagnosticMessageText(messageText, "\n");
    return `${place}: error TS${code}: ${text}`.split("\n");
  }
}
