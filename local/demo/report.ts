import { styleText } from "node:util";
import { formatTable } from "../format-table.ts";
import type { PlayedScene, Scene } from "./scene.ts";

export function haveAllHeld(played: readonly PlayedScene[]): boolean {
  const hasHeld = ({ verdicts }: PlayedScene) =>
    verdicts.length > 0 && verdicts.every(({ held }) => held);
  return played.length > 0 && played.every(hasHeld);
}

export function announcement({ letter, title, story }: Scene): string {
  return `  ${letter}  ${title.padEnd(15)}   ${story}`;
}

/** For people. */
export function report(played: readonly PlayedScene[]): string {
  const rows = played.flatMap(({ letter, verdicts }) =>
    verdicts.map(({ promise, expected, measured, held }) => [
      `${letter}  ${promise}`,
      expected,
      measured,
      held ? "✓" : "✗",
    ]),
  );
  const table = formatTable(["   promise", "expected", "measured", "verdict"], rows);
  return `${inColour(table)}\n\n  ${closingLine(played)}`;
}

/** For programs. */
export function reportJson(played: readonly PlayedScene[]): string {
  const scenes = played.flatMap(({ letter, verdicts }) =>
    verdicts.map((verdict) => ({ scene: letter, ...verdict })),
  );
  const { ms } = summary(played);
  return JSON.stringify({ held: haveAllHeld(played), ms, scenes }, undefined, 2);
}

function closingLine(played: readonly PlayedScene[]): string {
  const { verdicts, broken, ms } = summary(played);
  const time = `${(ms / 1000).toFixed(0)} s in all`;
  return broken.length === 0
    ? `All ${verdicts.length} promises held; ${time}.`
    : `${broken.length} of ${verdicts.length} promises did not hold; ${time}.`;
}

function summary(played: readonly PlayedScene[]) {
  const verdicts = played.flatMap((scene) => scene.verdicts);
  const broken = verdicts.filter(({ held }) => !held);
  const ms = Math.round(played.reduce((sum, scene) => sum + scene.ms, 0));
  return { verdicts, broken, ms };
}

/** After the table was aligned: colours take characters, but no room. */
function inColour(table: string): string {
  return table
    .replaceAll(/✓$/gm, styleText("green", "✓"))
    .replaceAll(/✗$/gm, styleText("red", "✗"));
}
