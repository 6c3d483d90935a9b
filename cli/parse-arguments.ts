import { accountPattern, segmentPattern } from "../functions/model/connection.ts";
import { UsageError } from "./failure.ts";

interface ParsedConnection {
  readonly connection: string;
  readonly realm: string;
  readonly account: string;
}

export function parseConnection(text = ""): ParsedConnection {
  const [provider = "", environment = "", account = "", ...more] = text.split("/");
  const isValid =
    isRealm(provider, environment) && accountPattern.test(account) && more.length === 0;
  if (isValid) return { connection: text, realm: `${provider}/${environment}`, account };
  throw new UsageError(
    `${text} is not a connection: write provider/environment/account, for example conferma/production/default.`,
  );
}

export function parseRealm(text: string): string {
  const [provider = "", environment = "", ...more] = text.split("/");
  if (isRealm(provider, environment) && more.length === 0) return text;
  throw new UsageError(
    `${text} is not a realm: write provider/environment, for example conferma/production.`,
  );
}

/** An instant with its time zone, so that it does not depend on the local time zone. */
export function parseZonedInstant(text: string): Date {
  const instant = new Date(text);
  const hasZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/.test(text);
  if (hasZone && Number.isFinite(instant.getTime())) return instant;
  throw new UsageError(`${text} is not an instant: write it like 2026-11-21T10:00:00Z.`);
}

function isRealm(provider: string, environment: string): boolean {
  return segmentPattern.test(provider) && segmentPattern.test(environment);
}

export function parseVersion(text = ""): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(`${text} is not a version: that is a whole number, 1 or more.`);
}

export function parseMinValidity(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError("--min-validity takes a whole number of seconds.");
}

/** `12h` and `7d` are counted back from now; anything else must be an instant. */
export function parseSince(text: string, now: Date): Date {
  const [, count, unit] = /^([1-9]\d{0,3})([hd])$/.exec(text) ?? [];
  if (count === undefined) {
    const instant = parseZonedInstant(text);
    if (instant < now) return instant;
    throw new UsageError("--since lies in the future.");
  }
  const hours = Number(count) * (unit === "d" ? 24 : 1);
  return new Date(Number(now) - hours * 3_600_000);
}
