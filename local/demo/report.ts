import { styleText } from "node:util";
import { formatTable } from "../format-table.ts";
import { wrapText } from "../wrap-text.ts";
import type { Scene, SceneResult } from "./scene.ts";

export function allPromisesHeld(results: readonly SceneResult[]): boolean {
  const isHeld = ({ verdicts }: SceneResult) =>
    verdicts.length > 0 && verdicts.every(({ held }) => held);
  return results.length > 0 && results.every(isHeld);
}

export function announcement({ letter, title, description }: Scene): string {
  return `  ${letter}  ${title}\n${wrapText(description, "     ")}`;
}

/** The report as a table. */
export function report(results: readonly SceneResult[]): string {
  const rows = results.flatMap(({ letter, verdicts }) =>
    verdicts.map(({ promise, expected, measured, held }) => [
      `${held ? "✓" : "✗"} ${letter}  ${promise}`,
      expected,
      measured,
    ]),
  );
  const table = formatTable(["     promise", "expected", "measured"], rows);
  return `${colourVerdicts(table)}\n\n  ${closingLine(results)}`;
}

/** The report as JSON. */
export function reportJson(results: readonly SceneResult[]): string {
  const scenes = results.flatMap(({ letter, verdicts }) =>
    verdicts.map((verdict) => ({ scene: letter, ...verdict })),
  );
  const { ms } = summary(results);
  return JSON.stringify({ held: allPromisesHeld(results), ms, scenes }, undefined, 2);
}

function closingLine(results: readonly SceneResult[]): string {
  const { verdicts, broken, ms } = summary(results);
  const time = `${(ms / 1000).toFixed(0)} s in all`;
  return broken.length === 0
    ? `All ${verdicts.length} promises held; ${time}.`
    : `${broken.length} of ${verdicts.length} promises did not hold; ${time}.`;
}

function summary(results: readonly SceneResult[]) {
  const verdicts = results.flatMap((scene) => scene.verdicts);
  const broken = verdicts.filter(({ held }) => !held);
  const ms = Math.round(results.reduce((sum, scene) => sum + scene.ms, 0));
  return { verdicts, broken, ms };
}

/** Applied after the table was aligned, because colour codes have characters but no width. */
function colourVerdicts(table: string): string {
  return table
    .replaceAll(/^ {2}✓/gm, `  ${styleText("green", "✓")}`)
    .replaceAll(/^ {2}✗/gm, `  ${styleText("red", "✗")}`);
}
