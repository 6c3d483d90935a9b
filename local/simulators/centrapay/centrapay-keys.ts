import type { SimulatorContext } from "../kit/simulator-context.ts";
import { generateCredential } from "../kit/simulator-context.ts";
import type { IssuedCredential, TokenLedger } from "../kit/token-ledger.ts";

export type KeyRole = "account-owner" | "merchant-terminal";

interface KeyDescription {
  readonly accountId: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly enabled: boolean;
}

/** The named keys of accounts. Keys coexist and cannot be deleted, and a secret is shown once. */
export interface AccountKeys {
  /** `secret` defaults to a generated one. */
  create(accountId: string, name: string, role: KeyRole, secret?: string): IssuedCredential;
  setEnabled(accountId: string, name: string, isEnabled: boolean): void;
  list(accountId: string): readonly KeyDescription[];
  describe(accountId: string, name: string): KeyDescription | undefined;
  owner(secret: string): KeyDescription | undefined;
  isOwner(secret: string, accountId: string | undefined): boolean;
}

type StoredKey = Omit<KeyDescription, "enabled"> & { readonly secret: string };

export function createAccountKeys(context: SimulatorContext, ledger: TokenLedger): AccountKeys {
  const stored: StoredKey[] = [];
  const findKey = (accountId: string, name: string) =>
    stored.find((key) => key.accountId === accountId && key.name === name);
  const describeKey = ({ secret, ...key }: StoredKey): KeyDescription => ({
    ...key,
    enabled: ledger.state(secret) === "live",
  });
  const owner = (secret: string) => {
    const key = stored.find((candidate) => candidate.secret === secret);
    return key && describeKey(key);
  };

  return {
    create(accountId, name, role, secret = generateCredential(context, "centrapay")) {
      if (findKey(accountId, name)) throw new RangeError(`${accountId} already has a key ${name}`);
      const lifetimeMs = Number.POSITIVE_INFINITY;
      stored.push({ accountId, name, role, secret });
      return ledger.issue({
        value: secret,
        clientId: name,
        revocationScope: accountId,
        lifetimeMs,
      });
    },
    setEnabled(accountId, name, isEnabled) {
      const key = findKey(accountId, name);
      if (key === undefined) throw new RangeError(`${accountId} has no key ${name}`);
      if (isEnabled) ledger.reinstate(key.secret);
      else ledger.revoke(key.secret);
    },
    list: (accountId) => stored.filter((key) => key.accountId === accountId).map(describeKey),
    describe(accountId, name) {
      const key = findKey(accountId, name);
      return key && describeKey(key);
    },
    owner,
    isOwner(secret, accountId) {
      const key = owner(secret);
      return key?.role === "account-owner" && key.accountId === accountId;
    },
  };
}
