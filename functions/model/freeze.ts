/** An operator's decision to stop a connection, or all connections of a realm, until it is thawed. */
export interface Freeze {
  readonly of: "connection" | "realm";
  /** The operator's principal, as the command line found it. */
  readonly by: string;
  readonly at: Date;
  readonly reason: string;
}
