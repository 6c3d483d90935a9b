import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const installed = path.join(import.meta.dirname, "../../bench/node_modules/@observablehq/plot");

// `npm run bench` installs the library: the product's own install leaves it out.
test.skipIf(!existsSync(installed))("a chart names its axes and each of its lines", async () => {
  const { drawChart } = await import("../../bench/charts/draw-chart.ts");
  const lines = ["token-vending", "a peer & another", "a slow one"];
  const points = lines.flatMap((line, at) =>
    [1, 8, 32].map((x) => ({ line, x, y: 150 * (at + 1) + x })),
  );
  const svg = drawChart({
    title: "Made up",
    xLabel: "processes",
    yLabel: "p99, ms",
    points,
    emphasized: "token-vending",
  });
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain('aria-label="Made up"');
  for (const text of ["token-vending", "a peer &amp; another", "a slow one", "processes"]) {
    expect(svg).toContain(text);
  }
  expect(svg.match(/<circle/g)).toHaveLength(points.length);
  expect(svg).not.toMatch(/NaN|<script|href=/);
});
