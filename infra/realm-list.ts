import { accountPattern } from "../functions/model/connection.ts";
import type { RealmInput } from "../functions/providers/catalogue.ts";
import { needsConsent, readRealm, refuseUnknownSetting } from "../functions/providers/catalogue.ts";
import { refuseTestHosts } from "./test-hosts.ts";

/** A realm as `infra/realms.ts` has it: its settings, and what only its deployment needs. */
export type RealmEntry = RealmInput & {
  /**
   * Those whose secrets the stack makes: `default` alone if unsaid, none for `[]`. An account that is not listed works too:
   * `npm run vend -- secret put` makes its secret.
   */
  readonly accounts?: readonly string[];
  /** Memory of `renew-tokens`, and thereby its share of a core: how many tokens it renews a second (docs/scale.md). */
  readonly renewalMemoryMb?: number;
  /** A production realm may ask a test environment of its provider. */
  readonly allowTestHosts?: boolean;
  /** How many vends at once the realm may take of the account (default: docs/deploying.md#quotas). */
  readonly vendConcurrency?: number;
};

export const defaultRenewalMemoryMb = 256;
const usualFile = "infra/realms.ts";
/** One core: a process uses no more. */
const maxRenewalMemoryMb = 1769;

/** A realm that its functions would start with. */
export interface ListedRealm {
  /** `provider/environment` */
  readonly name: string;
  readonly settings: RealmInput;
  readonly accounts: readonly string[];
  readonly renewalMemoryMb: number;
  readonly vendConcurrency: number | undefined;
}

/** Fails as the functions would at their start, naming file, realm and key; also for a duplicate. */
export function readRealms(entries: readonly RealmEntry[], file = usualFile): ListedRealm[] {
  const listed = entries.map((entry, at) => readEntry(entry, at, file));
  const names = listed.map(({ name }) => name);
  const duplicate = names.find((name, at) => names.indexOf(name) !== at);
  if (duplicate) throw new Error(`${file}: ${duplicate} is listed twice.`);
  return listed;
}

function readEntry(entry: RealmEntry, at: number, file: string): ListedRealm {
  const {
    accounts = ["default"],
    renewalMemoryMb = defaultRenewalMemoryMb,
    allowTestHosts = false,
    vendConcurrency,
    ...rest
  } = Object(entry) as RealmEntry;
  const settings: RealmInput = rest;
  const name = nameOf(settings) ?? `the realm at position ${at + 1}`;
  try {
    refuseUnknownSetting(settings, deploymentKeys);
    readRealm(JSON.stringify(settings));
    if (allowTestHosts !== true) refuseTestHosts(settings);
    readAccounts(accounts);
    readRenewalMemory(renewalMemoryMb);
    readVendConcurrency(vendConcurrency);
    if (needsConsent(settings.provider)) requireDefault(accounts);
  } catch (error) {
    throw new Error(`${file}, ${name}: ${error}`, { cause: error });
  }
  return { name, settings, accounts, renewalMemoryMb, vendConcurrency };
}

/** What a realm may have besides its settings. */
const deploymentKeys = ["accounts", "renewalMemoryMb", "allowTestHosts", "vendConcurrency"];

function readAccounts(accounts: readonly string[]): void {
  const wrong = [accounts].flat().find((account) => !accountPattern.test(account));
  if (wrong !== undefined || !Array.isArray(accounts)) {
    throw new Error(`accounts: ${JSON.stringify(wrong ?? accounts)} is no account.`);
  }
  if (new Set(accounts).size < accounts.length) throw new Error("accounts: one is listed twice.");
}

function readRenewalMemory(mb: number): void {
  if (Number.isInteger(mb) && mb >= defaultRenewalMemoryMb && mb <= maxRenewalMemoryMb) return;
  const range = `${defaultRenewalMemoryMb} to ${maxRenewalMemoryMb}`;
  throw new Error(`renewalMemoryMb: ${JSON.stringify(mb)} is no whole number from ${range}.`);
}

function readVendConcurrency(count: number | undefined): void {
  if (count === undefined || (Number.isInteger(count) && count > 0)) return;
  throw new Error(`vendConcurrency: ${JSON.stringify(count)} is no whole number of at least 1.`);
}

/** The client of a consent realm is one for all its accounts. */
function requireDefault(accounts: readonly string[]): void {
  if (["", "default"].includes(accounts.join())) return;
  throw new Error("accounts: people's consents need no secrets; the client's is the default one.");
}

/** Null for what has no name: the list may have been written without the compiler. */
function nameOf(realm: Partial<RealmInput>): string | null {
  if (!realm.provider || !realm.environment) return null;
  return `${realm.provider}/${realm.environment}`;
}
