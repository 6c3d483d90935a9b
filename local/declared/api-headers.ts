type Headers = Readonly<Record<string, string>>;

interface HeaderSettings {
  readonly extraHeaders?: Headers | undefined;
  readonly accountHeaders?: Readonly<Record<string, Headers>> | undefined;
  /** Values that callers are vended beside a credential. */
  readonly ofAttributes?: Headers;
}

/** What an API wants to be sent besides a credential. */
export interface ApiHeaders {
  /** With any credential. */
  readonly common: Headers;
  /** From now on this client, or key, is that account's. */
  assign(owner: string, account: string): void;
  /** With the credentials of this client, or with this key. */
  of(owner: string): Headers;
}

export function apiHeadersOf(settings: HeaderSettings): ApiHeaders {
  const { extraHeaders: common = {}, accountHeaders = {}, ofAttributes } = settings;
  const accounts = new Map<string, string>();
  return {
    common,
    assign: (owner, account) => void accounts.set(owner, account),
    of: (owner) => ({
      ...common,
      ...accountHeaders[accounts.get(owner) ?? ""],
      ...ofAttributes,
    }),
  };
}
