import * as v from "valibot";
import { realmName } from "../model/connection.ts";
import { required, StartUpError } from "./environment.ts";
import { parseJson } from "./parse-json.ts";
import type { RealmInput, RealmSettings } from "./realm-settings.ts";
import { realmSettings } from "./realm-settings.ts";

/** The variables of `list-connections`, as infra must supply them. */
export interface StatusVariables {
  readonly TABLE_NAME: string;
  /** JSON: `realmOutline` of each realm of the deployment. */
  readonly REALMS: string;
}

export interface StatusEnvironment {
  readonly tableName: string;
  readonly realms: readonly RealmSummary[];
}

/** What says when a realm's tokens may be renewed, beside its name. The rest would not fit: variables end at 4 KB. */
const outlineNames = [
  "provider",
  "environment",
  "onIssue",
  "handoverSeconds",
  "earlySeconds",
  "probePath",
];

/** A realm without what only issuing needs. */
export type RealmSummary = Pick<RealmSettings, "provider" | "environment">;

/** What `list-connections` is told of a realm. */
export function summarizeRealm(realm: RealmInput): object {
  return outlined(realm);
}

function outlined<T>(members: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(members).filter(([name]) => outlineNames.includes(name)),
  );
}

/** Fails with a `StartUpError` that names the variable, the realm's position and the key. */
export function readStatusEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): StatusEnvironment {
  const tableName = required(variables, "TABLE_NAME");
  const list = parseJson(required(variables, "REALMS"));
  if (!Array.isArray(list)) throw new StartUpError("REALMS is not a JSON list.");
  const realms = list.map(readOutline);
  const names = realms.map(realmName);
  const twin = names.find((name, at) => names.indexOf(name) !== at);
  if (twin) throw new StartUpError(`REALMS: ${twin} is listed twice.`);
  return { tableName, realms };
}

function readOutline(settings: unknown, at: number): RealmSummary {
  const result = v.safeParse(outlines(), settings);
  if (result.success) return result.output as RealmSummary;
  const [issue] = result.issues;
  const key = v.getDotPath(issue) ?? "the whole of it";
  throw new StartUpError(`REALMS: ${at}: ${key}: ${issue.message}`);
}

/** The settings' own shapes, with their defaults, of the keys that an outline has. */
function outlines() {
  const shapes = realmSettings.options.map(({ entries }) => {
    const rest = outlined<v.GenericSchema>(entries);
    return v.strictObject({ ...rest, provider: entries.provider });
  });
  return v.variant("provider", shapes);
}
