import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/** Every token that a process heard of is stored, or named in a ledger or in the log, unless the process died of it. */
export class HeardTokens {
  readonly #heard = new Map<string, SimulatedProcess>();
  readonly #named = new Set<unknown>();

  add(fingerprint: string, process: SimulatedProcess): void {
    this.#heard.set(fingerprint, process);
  }

  written(record: TokenRecord | null): void {
    if (record?.token) this.#named.add(record.token.fingerprint);
    for (const { fingerprint } of record?.ledger ?? []) this.#named.add(fingerprint);
  }

  logged(fingerprint: unknown): void {
    this.#named.add(fingerprint);
  }

  unnamed(now: number): string[] {
    const silent = [...this.#heard].filter(
      ([fingerprint, { isCrashed, frozenUntil }]) =>
        !isCrashed && frozenUntil < now && !this.#named.has(fingerprint),
    );
    return silent.map(
      ([fingerprint, { name }]) => `P13: ${name} heard of ${fingerprint} in silence`,
    );
  }
}
