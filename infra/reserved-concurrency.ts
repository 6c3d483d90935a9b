import { needsConsent } from "../functions/providers/catalogue.ts";
import type { ListedRealm } from "./realm-list.ts";

/** Lambda's quota of an account that nobody has raised (Service Quotas, "Concurrent executions"). */
const defaultAccountConcurrency = 1000;
/** Lambda refuses to reserve these. */
const alwaysUnreserved = 100;
/** Consecutive scheduled runs overlap by up to a minute; the third is for operators, whose checks and reseals it does. */
export const renewConcurrency = 3;
/** Of `begin-consent` and of `complete-consent`: junk from the internet takes no more. */
export const consentConcurrency = 10;
/**
 * What a realm's `vend-token` reserves where its entry says nothing: the largest of these that fits for all. Steps,
 * because a share that changes with each realm would change every other realm's stack.
 */
const shares = [50, 25, 10, 5, 2] as const;

export interface ConcurrencyPlan {
  /** Of each realm's `vend-token`, by realm. */
  readonly vending: ReadonlyMap<string, number>;
  readonly reserved: number;
  /** What all other functions of the account share. */
  readonly unreserved: number;
}

/**
 * How many invocations at once each realm may take, so that none takes the account's. Throws an error with the numbers if
 * the account has too few.
 */
export function planConcurrency(
  realms: readonly ListedRealm[],
  accountConcurrency: number = defaultAccountConcurrency,
): ConcurrencyPlan {
  const besides = realms.reduce((sum, { settings }) => sum + besidesVending(settings), 0);
  const stated = realms.reduce((sum, { vendConcurrency = 0 }) => sum + vendConcurrency, 0);
  const open = realms.filter(({ vendConcurrency }) => vendConcurrency === undefined).length;
  const available = accountConcurrency - alwaysUnreserved - besides - stated;
  const share = shares.find((each) => each * open <= available) ?? 0;
  if (available < 0 || (open > 0 && share === 0)) {
    const least = alwaysUnreserved + besides + stated + open * Math.min(...shares);
    throw new Error(
      `${realms.length} realms need a Lambda concurrency of at least ${least}: ${besides} for renewals and consents, ` +
        `${stated} as stated by vendConcurrency, ${Math.min(...shares)} for each of ${open} others, and ` +
        `${alwaysUnreserved} that cannot be reserved. The account has ${accountConcurrency}: have the quota raised, ` +
        "and say so with token-vending:accountConcurrency.",
    );
  }
  const vending = new Map(
    realms.map(({ name, vendConcurrency = share }) => [name, vendConcurrency]),
  );
  const reserved = besides + [...vending.values()].reduce((sum, each) => sum + each, 0);
  return { vending, reserved, unreserved: accountConcurrency - reserved };
}

function besidesVending({ provider }: ListedRealm["settings"]): number {
  return renewConcurrency + (needsConsent(provider) ? 2 * consentConcurrency : 0);
}
