import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { ChartPoint } from "../measures/measure.ts";

/** What a chart shows: lines of points, both axes logarithmic, the horizontal one's ticks where the points are. */
export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly ChartPoint[];
  /** The line that stands out. */
  readonly emphasized: string;
}

/** An SVG document. */
export function drawChart({ title, xLabel, yLabel, points, emphasized }: Chart): string {
  const { document } = parseHTML("<html><body></body></html>");
  const xs = [...new Set(points.map(({ x }) => x))].toSorted((a, b) => a - b);
  const lines = [...new Set(points.map(({ line }) => line))];
  const ends = lines.flatMap((line) => points.filter((point) => point.line === line).at(-1) ?? []);
  const ys = points.map(({ y }) => y);
  const apart = (Math.max(...ys) / Math.min(...ys)) ** nameShare;
  const isLoud = ({ line }: ChartPoint) => line === emphasized;
  const radius = (point: ChartPoint) => (isLoud(point) ? 3.5 : 1.5);
  const svg = Plot.plot({
    document,
    ariaLabel: title,
    width: 760,
    height: 420,
    marginLeft: 60,
    marginRight: 260,
    marginBottom: 45,
    style: { background: "#ffffff", color: "#1a1a1a", fontSize: "13px", fontFamily: "sans-serif" },
    x: { type: "log", ticks: xs, tickFormat: String, label: xLabel, grid: false },
    y: { type: "log", ticks: 5, tickSize: 0, tickFormat: "~r", label: yLabel, grid: true },
    color: {
      domain: lines,
      range: lines.map((line, at) => (line === emphasized ? "#c2410c" : greys[at % greys.length])),
    },
    marks: [
      Plot.line(points, { x: "x", y: "y", z: "line", stroke: "line", strokeWidth: 1.5 }),
      Plot.line(points.filter(isLoud), { x: "x", y: "y", stroke: "line", strokeWidth: 4 }),
      Plot.dot(points, { x: "x", y: "y", fill: "line", r: radius }),
      Plot.text(spread(ends, apart), {
        x: "x",
        y: "labelAt",
        text: "line",
        fill: "line",
        textAnchor: "start",
        dx: 10,
        fontWeight: (point: ChartPoint) => (isLoud(point) ? "bold" : "normal"),
      }),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}

const greys = ["#1d4ed8", "#0f766e", "#6d28d9", "#475569", "#a16207", "#be185d", "#15803d"];
/** Of the axis, which is about 370 pixels long, for one name. */
const nameShare = 18 / 370;

/** Names beside the ends of their lines, moved up where they would cover each other. */
function spread(ends: readonly ChartPoint[], apart: number) {
  let lowest = 0;
  return ends
    .toSorted((a, b) => a.y - b.y)
    .map((point) => {
      const labelAt = Math.max(point.y, lowest);
      lowest = labelAt * apart;
      return { ...point, labelAt };
    });
}
