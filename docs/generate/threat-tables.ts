import { actors, arrows, assets, strides } from "../threats/picture.ts";
import type { AcceptedThreat, MitigatedThreat } from "../threats/threat.ts";
import { isMitigated } from "../threats/threat.ts";
import { threatsByActor } from "../threats/threats.ts";

const headings = ["name", "arrow", "asset", "kind"];

/** What is to be protected. */
export function assetTable(): string {
  return table(
    ["asset", "means"],
    Object.entries(assets).map(([name, means]) => [name, means]),
  );
}

/** The arrows that cross a trust boundary, as a flowchart and as a table. */
export function arrowPicture(): string {
  const lines = Object.entries(arrows).map(
    ([name, { from, to }]) => `  ${boxOf(from)} -->|"${name}"| ${boxOf(to)}`,
  );
  const rows = Object.entries(arrows).map(([name, { from, to, border }]) => [
    name,
    `${from} → ${to}`,
    border,
  ]);
  return [
    ["```mermaid", "flowchart LR", ...lines, "```"].join("\n"),
    table(["arrow", "from, to", "what is checked"], rows),
  ].join("\n\n");
}

function boxOf(name: string): string {
  const id = name.replaceAll(" ", "");
  return id === name ? name : `${id}["${name}"]`;
}

/** For each actor, what stands against each threat, with the test and the change that makes it fail. */
export function mitigationTables(): string {
  return sectionsOf((threats) => {
    const rows = threats.filter(isMitigated).map(mitigationRow);
    return table([...headings, "threat", "mitigation", "fails without it", "removed by"], rows);
  });
}

/** What remains, and why it may. */
export function acceptedTable(): string {
  const rows = Object.entries(threatsByActor).flatMap(([actor, threats]) =>
    threats.flatMap((threat) => (isMitigated(threat) ? [] : [acceptedRow(actor, threat)])),
  );
  return table(["actor", ...headings, "threat", "why it is accepted"], rows);
}

type ActorsThreats = (typeof threatsByActor)[keyof typeof threatsByActor];

function sectionsOf(contentOf: (threats: ActorsThreats) => string): string {
  return Object.entries(threatsByActor)
    .flatMap(([actor, threats]) => {
      const means = actors[actor as keyof typeof actors];
      return [`### ${capitalized(actor)}`, `${capitalized(means)}.`, contentOf(threats)];
    })
    .join("\n\n");
}

function mitigationRow(threat: MitigatedThreat): string[] {
  const [file, ...titles] = threat.test;
  const { removal } = threat;
  const change = removal.to.trim() === "" ? "" : ` becomes ${code(removal.to)}`;
  return [
    ...placeOf(threat),
    threat.threat,
    threat.mitigation,
    `\`${file}\`: ${escaped(titles.join(" › "))}`,
    `\`${removal.file}\`: ${code(removal.from)}${change || " is deleted"}`,
  ];
}

function acceptedRow(actor: string, threat: AcceptedThreat): string[] {
  return [actor, ...placeOf(threat), threat.threat, threat.accepted];
}

function placeOf({ name, arrow, asset, kind }: MitigatedThreat | AcceptedThreat): string[] {
  return [name, arrow, asset, strides[kind]];
}

/** Code on one line of a table; between double backquotes where it has some itself. */
function code(text: string): string {
  const oneLine = text.trim().replace(/\s+/g, " ").replaceAll("|", "\\|");
  return oneLine.includes("`") ? `\`\` ${oneLine} \`\`` : `\`${oneLine}\``;
}

/** Of a title, what Markdown would take for markup. */
function escaped(text: string): string {
  return text.replace(/[|*_<`]/g, "\\$&");
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heading, heading.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
