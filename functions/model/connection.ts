/** Provider and environment, `conferma/production`: the unit of deployment, IAM scope and schedule. */
export interface RealmId {
  /** An id of `providers/catalogue.ts`. */
  readonly provider: string;
  readonly environment: string;
}

/** `provider/environment/account`: the unit of token, lease and record. The same string everywhere. */
export type Connection = string & { readonly connection: unique symbol };

/** Provider and environment in a connection. */
export const segmentPattern = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** An account may also have `@`, `+` and `=`, which a secret's name allows, so that an e-mail address can be one. */
export const accountPattern = /^[a-z0-9][a-z0-9._@+=-]{0,62}$/;

export function connectionOf(realm: RealmId, account: string): Connection {
  return `${realmName(realm)}/${account}` as Connection;
}

/** The realm as a string, which is the prefix of its connections. */
export function realmName({ provider, environment }: RealmId): string {
  return `${provider}/${environment}`;
}

export function realmOf(connection: Connection): string {
  return connection.slice(0, connection.lastIndexOf("/"));
}

export function accountOf(connection: Connection): string {
  return connection.slice(connection.lastIndexOf("/") + 1);
}

/** The account whose secret a connection uses. All consents of a realm share its one OAuth client. */
export function secretAccount(
  { provider }: { readonly provider: { readonly consent: unknown } },
  connection: Connection,
): string {
  return provider.consent ? "default" : accountOf(connection);
}
