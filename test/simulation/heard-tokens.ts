import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/** Every token that a process heard of is stored, or named in a ledger or in the log, unless the process died of it. */
export class HeardTokens {
  readonly #heard = new Map<string, { readonly process: SimulatedProcess; readonly at: number }>();
  readonly #named = new Set<unknown>();

  add(fingerprint: string, process: SimulatedProcess, at: number): void {
    this.#heard.set(fingerprint, { process, at });
  }

  written(record: TokenRecord | null): void {
    if (record?.token) this.#named.add(record.token.fingerprint);
    for (const { fingerprint } of record?.ledger ?? []) this.#named.add(fingerprint);
  }

  logged(fingerprint: unknown): void {
    this.#named.add(fingerprint);
  }

  /** Whoever heard of one just before the world ended had no time to say so. */
  unnamed(now: number): string[] {
    return [...this.#heard].flatMap(([fingerprint, { process, at }]) => {
      const { isCrashed, frozenUntil, name } = process;
      const isExcused = isCrashed || Math.max(at, frozenUntil) + 30_000 > now;
      if (isExcused || this.#named.has(fingerprint)) return [];
      return `P13: ${name} heard of ${fingerprint} in silence`;
    });
  }
}
