/** A connection that nobody has a token for yet, with what a candidate needs to ask for one. */
export interface BenchConnection {
  readonly account: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl: string;
  /** How long the provider says that its tokens live. */
  readonly lifetimeSeconds: number;
  /** The provider's API: 200 for a live token, 401 for a dead one. */
  readonly pingUrl: string;
}
