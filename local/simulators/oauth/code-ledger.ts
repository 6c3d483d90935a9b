import type { SimulatorContext } from "../kit/simulator-context.ts";
import type { Consent, Consents, GrantRefusal } from "./consents.ts";

interface Code {
  readonly consent: Consent;
  readonly expiresAt: number;
  readonly binding: CodeBinding;
  isRedeemed: boolean;
}

/** The parameters that must be repeated when a code is redeemed. */
export interface CodeBinding {
  readonly redirectUri?: string;
  /** RFC 7636 §4.2, S256. */
  readonly challenge?: string;
}

export interface CodeLedger {
  issue(consent: Consent, binding?: CodeBinding): string;
  /** A code is redeemed once. A second attempt ends the consent (RFC 6749 §4.1.2). */
  redeem(
    code: string,
    clientId: string,
    refuse?: (binding: CodeBinding) => GrantRefusal | undefined,
  ): Consent | GrantRefusal;
}

export interface CodeOptions {
  readonly lifetimeMs: number;
  newValue(): string;
}

export function createCodeLedger(
  { now }: SimulatorContext,
  consents: Consents,
  { lifetimeMs, newValue }: CodeOptions,
): CodeLedger {
  const codes = new Map<string, Code>();
  return {
    issue(consent, binding = {}) {
      const value = newValue();
      codes.set(value, {
        consent,
        binding: binding,
        expiresAt: now() + lifetimeMs,
        isRedeemed: false,
      });
      return value;
    },
    redeem(value, clientId, refuse) {
      const code = codes.get(value);
      if (code === undefined) return "unknown";
      if (code.consent.clientId !== clientId) return "other-client";
      if (code.isRedeemed) {
        consents.end(code.consent, "replayed-code", "revoke");
        return "replayed-code";
      }
      if (code.expiresAt <= now()) return "expired";
      const refusal = refuse?.(code.binding);
      if (refusal !== undefined) return refusal;
      code.isRedeemed = true;
      return code.consent;
    },
  };
}
