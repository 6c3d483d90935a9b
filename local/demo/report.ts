import { styleText } from "node:util";
import { formatTable } from "../format-table.ts";
import type { Scene, SceneResult } from "./scene.ts";

export function allPromisesHeld(played: readonly SceneResult[]): boolean {
  const isHeld = ({ verdicts }: SceneResult) =>
    verdicts.length > 0 && verdicts.every(({ held }) => held);
  return played.length > 0 && played.every(isHeld);
}

export function announcement({ letter, title, description }: Scene): string {
  return `  ${letter}  ${title.padEnd(15)}   ${description}`;
}

/** For people. */
export function report(played: readonly SceneResult[]): string {
  const rows = played.flatMap(({ letter, verdicts }) =>
    verdicts.map(({ promise, expected, measured, held }) => [
      `${letter}  ${promise}`,
      expected,
      measured,
      held ? "✓" : "✗",
    ]),
  );
  const table = formatTable(["   promise", "expected", "measured", "verdict"], rows);
  return `${colourVerdicts(table)}\n\n  ${closingLine(played)}`;
}

/** For programs. */
export function reportJson(played: readonly SceneResult[]): string {
  const scenes = played.flatMap(({ letter, verdicts }) =>
    verdicts.map((verdict) => ({ scene: letter, ...verdict })),
  );
  const { ms } = summary(played);
  return JSON.stringify({ held: allPromisesHeld(played), ms, scenes }, undefined, 2);
}

function closingLine(played: readonly SceneResult[]): string {
  const { verdicts, broken, ms } = summary(played);
  const time = `${(ms / 1000).toFixed(0)} s in all`;
  return broken.length === 0
    ? `All ${verdicts.length} promises held; ${time}.`
    : `${broken.length} of ${verdicts.length} promises did not hold; ${time}.`;
}

function summary(played: readonly SceneResult[]) {
  const verdicts = played.flatMap((scene) => scene.verdicts);
  const broken = verdicts.filter(({ held }) => !held);
  const ms = Math.round(played.reduce((sum, scene) => sum + scene.ms, 0));
  return { verdicts, broken, ms };
}

/** After the table was aligned: colours take characters, but no room. */
function colourVerdicts(table: string): string {
  return table
    .replaceAll(/✓$/gm, styleText("green", "✓"))
    .replaceAll(/✗$/gm, styleText("red", "✗"));
}
