import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../..");

/** As `npm run bench` has drawn them: its libraries are not part of the product's install. */
const charts = globSync("docs/benchmarks/*.svg", { cwd: root });

test("there is a chart of the lag, of cold starts and of the cost", () => {
  expect(charts.map((chart) => path.basename(chart)).toSorted()).toEqual([
    "cold-start.svg",
    "cost.svg",
    "lag.svg",
  ]);
});

test.each(charts)("%s names its axes and lines, and runs nothing", (chart) => {
  const svg = readFileSync(path.join(root, chart), "utf8");
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toMatch(/aria-label="[^"]{10,}"/);
  expect(svg.match(/<circle/g)?.length).toBeGreaterThan(4);
  expect(svg).not.toMatch(/NaN|undefined|<script|href=/);
});
