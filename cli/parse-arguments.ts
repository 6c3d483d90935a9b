import { accountPattern, segmentPattern } from "../functions/model/connection.ts";
import { UsageError } from "./failure.ts";

interface ParsedConnection {
  readonly connection: string;
  readonly realm: string;
  readonly account: string;
}

export function parseConnection(text = ""): ParsedConnection {
  const [provider = "", environment = "", account = "", ...more] = text.split("/");
  const isOne = isRealm(provider, environment) && accountPattern.test(account) && more.length === 0;
  if (isOne) return { connection: text, realm: `${provider}/${environment}`, account };
  throw new UsageError(
    `${text} is no connection: write provider/environment/account, like conferma/production/default.`,
  );
}

export function parseRealm(text: string): string {
  const [provider = "", environment = "", ...more] = text.split("/");
  if (isRealm(provider, environment) && more.length === 0) return text;
  throw new UsageError(
    `${text} is no realm: write provider/environment, like conferma/production.`,
  );
}

function isRealm(provider: string, environment: string): boolean {
  return segmentPattern.test(provider) && segmentPattern.test(environment);
}

export function parseVersion(text = ""): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(`${text} is no version: that is a whole number, 1 or more.`);
}

export function parseMinValidity(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError("--min-validity takes a whole number of seconds.");
}
