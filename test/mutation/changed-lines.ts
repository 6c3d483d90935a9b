import { execFileSync } from "node:child_process";

/** The lines of functions/ that differ from the commit, committed or not, as Stryker's `file:from-to`. */
export function changedLines(commit: string): string[] {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" });
  const base = git("merge-base", commit, "HEAD").trim();
  const untracked = git("ls-files", "--others", "--exclude-standard", "--", "functions");
  return [
    ...rangesOf(
      git("diff", "--unified=0", "--no-prefix", "--no-ext-diff", base, "--", "functions"),
    ),
    ...untracked.split("\n").filter((file) => file.endsWith(".ts")),
  ];
}

/** Of a diff without context and prefixes. Where lines were only deleted, the one before them counts as changed. */
export function rangesOf(diff: string): string[] {
  const ranges: string[] = [];
  let file = "";
  for (const line of diff.split("\n")) {
    if (line.startsWith("+++ ")) file = line.slice(4);
    const [, start, count = "1"] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (!start || !file.endsWith(".ts")) continue;
    const from = Math.max(1, Number(start));
    ranges.push(`${file}:${from}-${from + Math.max(1, Number(count)) - 1}`);
  }
  return ranges;
}
