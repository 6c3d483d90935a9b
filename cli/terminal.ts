/** The person, or the script, that is talked to. */
export interface Terminal {
  /** What was asked for. */
  out(text: string): void;
  /** What has to be said beside it. */
  notice(text: string): void;
  /** A code that nobody else is to see: not in arguments, not on the screen. Null where there is none. */
  readCode(): Promise<string | null>;
  now(): Date;
}
