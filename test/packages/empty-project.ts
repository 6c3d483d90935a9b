import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.join(import.meta.dirname, "../..");

/** Runs a program to its end; fails with what it has written. */
function run(
  folder: string,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): string {
  try {
    return execFileSync(program, args, { cwd: folder, env, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
}

/** A project of somebody else: outside of the repository, with nothing but what it installs from archives. */
export class EmptyProject {
  readonly folder: string = mkdtempSync(path.join(tmpdir(), "empty-project-"));

  /** Without a network, `dependencies` of what it installs come from the repository's own installation. */
  constructor(dependencies: readonly string[] = []) {
    const ours = (name: string) => `file:${path.join(root, "node_modules", name)}`;
    const overrides = Object.fromEntries(dependencies.map((name) => [name, ours(name)]));
    this.write("package.json", JSON.stringify({ name: "theirs", private: true, overrides }));
  }

  /** Builds and packs a workspace of the repository; returns the archive. */
  pack(workspace: string): string {
    const args = ["pack", "--workspace", workspace, "--pack-destination", this.folder, "--json"];
    const said = run(root, "npm", args);
    const [{ filename = "" } = {}]: { filename?: string }[] = Object.values(
      JSON.parse(said.slice(said.search(/^[[{]/m))),
    );
    return path.join(this.folder, filename);
  }

  /** Installs archives, without a network. */
  install(...archives: readonly string[]): void {
    this.run("npm", "install", "--offline", "--no-audit", "--no-fund", ...archives);
  }

  /** Puts a package of the repository's own installation beside what was installed. */
  link(name: string): void {
    const target = path.join(this.folder, "node_modules", name);
    mkdirSync(path.dirname(target), { recursive: true });
    symlinkSync(path.join(root, "node_modules", name), target);
  }

  write(file: string, text: string): void {
    writeFileSync(path.join(this.folder, file), text);
  }

  /** Type-checks files, the declarations of packages as well; fails with the compiler's errors. */
  typeCheck(options: Readonly<Record<string, unknown>>, ...files: readonly string[]): void {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      ...options,
    };
    this.write("tsconfig.json", JSON.stringify({ compilerOptions, files }));
    this.run(process.execPath, path.join(root, "node_modules/typescript/bin/tsc"), "-p", ".");
  }

  /** What publint and attw have to say against an archive; empty if they have nothing. */
  complaintsAbout(archive: string): string {
    return this.run(process.execPath, path.join(import.meta.dirname, "check-archive.mjs"), archive);
  }

  run(program: string, ...args: readonly string[]): string {
    return run(this.folder, program, args);
  }

  /** Runs a program of an installed package on the machine's own Node.js, which may be older than the repository's. */
  npx(...args: readonly string[]): string {
    const folders = (process.env["PATH"] ?? "").split(path.delimiter);
    const own = folders.filter((each) => !each.includes("node_modules")).join(path.delimiter);
    return run(this.folder, "npx", ["--offline", ...args], { PATH: own, HOME: this.folder });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
