import { costPerMillion } from "../arithmetic/vend-cost.ts";
import { tableText } from "./table-text.ts";

const rates = [1, 100, 10_000];
const shares = [0, 0.9, 0.99, 0.999];

const percent = (share: number) => `${(share * 100).toLocaleString("en-US")} %`;

/** Dollars for a million vends, by rate and by the share that client memory serves. */
export function costTable(): string {
  return tableText(
    ["vends a second", ...shares.map((share) => `${percent(share)} from client memory`)],
    rates.map((vendsPerSecond) => [
      vendsPerSecond.toLocaleString("en-US"),
      ...shares.map((fromClientMemory) =>
        costPerMillion({ vendsPerSecond, fromClientMemory }).toFixed(4),
      ),
    ]),
  );
}

/** The same as the points of a chart. */
export function costPoints(): readonly { line: string; x: number; y: number }[] {
  return shares.flatMap((fromClientMemory) =>
    rates.map((vendsPerSecond) => ({
      line: `${percent(fromClientMemory)} from client memory`,
      x: vendsPerSecond,
      y: costPerMillion({ vendsPerSecond, fromClientMemory }),
    })),
  );
}
