import { alarmCostTable } from "./alarm-cost-table.ts";
import { commandTable } from "./command-table.ts";
import { costTable } from "./cost-table.ts";
import { eventTable } from "./event-table.ts";
import { faultTable } from "./fault-table.ts";
import { folderOfFunctions, folderOfRepository, importPicture } from "./import-picture.ts";
import { measuredConnections } from "./measured-connections.ts";
import { metricTable } from "./metric-table.ts";
import { bundledTable, copyleftTable } from "./package-tables.ts";
import { personalDataTable } from "./personal-data-table.ts";
import { problemTable } from "./problem-table.ts";
import { readyRealmSections, readyRealmTable, undeclaredTable } from "./ready-realm-tables.ts";
import { herdTable, kneeTable, limitTable, renewalUnitTable, scaleTable } from "./scale-tables.ts";
import { acceptedTable, arrowPicture, assetTable, mitigationTables } from "./threat-tables.ts";

/** What stands between `<!-- generated: name -->` and `<!-- end -->`. */
const parts: Readonly<Record<string, (root: string) => string>> = {
  problems: problemTable,
  metrics: metricTable,
  events: eventTable,
  faults: faultTable,
  assets: assetTable,
  arrows: arrowPicture,
  mitigations: mitigationTables,
  "accepted risks": acceptedTable,
  "bundled packages": bundledTable,
  "copyleft packages": copyleftTable,
  "personal data": personalDataTable,
  "ready realms": readyRealmTable,
  "facts of ready realms": readyRealmSections,
  "undeclared providers": undeclaredTable,
  "cost of vends": costTable,
  "cost of alarms": alarmCostTable,
  "scale by connections": scaleTable,
  "knee by memory": kneeTable,
  "measured connections": measuredConnections,
  "units of a renewal": renewalUnitTable,
  "herd at a handover": herdTable,
  "limits of AWS": limitTable,
  commands: commandTable,
  "folders of functions": (root) => importPicture(root, "functions/**/*.ts", folderOfFunctions),
  "folders of the repository": (root) =>
    importPicture(
      root,
      "{cli,client,docs,functions,infra,local,openapi}/**/*.ts",
      folderOfRepository,
    ),
};

/** A page with its generated parts regenerated and its tables aligned. */
export function renderPage(root: string, page: string): string {
  const rendered = page.replace(
    /(<!-- generated: ([\w ]+) -->\n).*?(<!-- end -->)/gs,
    (_, begin: string, name: string, end: string) => {
      const part = parts[name];
      if (!part) throw new Error(`There is no generated part "${name}".`);
      return `${begin}\n${part(root)}\n\n${end}`;
    },
  );
  return alignTables(rendered);
}

function alignTables(page: string): string {
  const isOfCode = /(^````.*?^````$|^```.*?^```$)/gms;
  const pieces = page.split(isOfCode);
  return pieces.map((piece, at) => (at % 2 === 1 ? piece : alignTablesOf(piece))).join("");
}

function alignTablesOf(prose: string): string {
  return prose.replace(/^\|.*\|\n\| *:?-[-| :]*\|\n(?:\|.*\|\n)*/gm, alignTable);
}

function alignTable(table: string): string {
  const rows = table.trimEnd().split("\n").map(cellsOf);
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row, at) => (at === 1 ? 3 : widthOf(row[column] ?? "")))),
  );
  const lines = rows.map((row, at) => {
    const cells = widths.map((width, column) => {
      const cell = row[column] ?? "";
      return at === 1 ? "-".repeat(width) : cell + " ".repeat(width - widthOf(cell));
    });
    return `| ${cells.join(" | ")} |`;
  });
  return `${lines.join("\n")}\n`;
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

function widthOf(text: string): number {
  return [...text].length;
}
