/** One setting, or a remark alone; the remark says what a person has to know or to decide. */
export interface SuggestedSetting {
  readonly name: string | null;
  readonly value?: string | boolean | readonly string[];
  readonly remark?: string;
}

export interface SuggestedRealm {
  readonly provider: "client-credentials" | "authorization-code";
  readonly settings: readonly SuggestedSetting[];
}

export interface Suggestion {
  readonly realms: readonly SuggestedRealm[];
  /** What the server says and no setting has. */
  readonly notes: readonly string[];
}
