import { wrapText } from "../../local/wrap-text.ts";
import type { ServerMetadata } from "./read-metadata.ts";
import type { SuggestedRealm, SuggestedSetting, Suggestion } from "./suggestion.ts";

/** The entries as infra/realms.ts has them, with what is to be reviewed as comments. */
export function formatRealms({ address }: ServerMetadata, suggestion: Suggestion): string {
  const { realms, notes } = suggestion;
  return [
    comment(`Read from ${address}. Review each line: nothing is discovered at run time.`, ""),
    ...notes.map((note) => comment(note, "")),
    ...realms.map(formatRealm),
  ].join("\n");
}

/** What programs read: the settings alone. */
export function settingsIn({ settings }: SuggestedRealm): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    settings.flatMap(({ name, value }) => (name === null ? [] : [[name, value]])),
  );
}

function formatRealm({ settings }: SuggestedRealm): string {
  return ["{", ...settings.map(formatSetting), "},"].join("\n");
}

function formatSetting({ name, value, remark }: SuggestedSetting): string {
  const above = remark === undefined ? [] : [comment(remark, "  ")];
  return [...above, ...(name === null ? [] : [`  ${name}: ${literal(value)},`])].join("\n");
}

/** JSON's escapes are those of TypeScript. */
function literal(value: SuggestedSetting["value"]): string {
  return Array.isArray(value)
    ? `[${value.map((each) => JSON.stringify(each)).join(", ")}]`
    : JSON.stringify(value);
}

const comment = (text: string, indent: string) => wrapText(text, `${indent}// `);
