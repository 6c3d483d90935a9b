import { VendingError } from "../../functions/model/errors.ts";
import type { SealedAs, Sealer } from "../../functions/model/sealer.ts";
import type { SecretSource } from "../../functions/model/secret-source.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

interface Port {
  readonly process: SimulatedProcess;
  readonly random: () => number;
  /** Whether the next request fails. */
  fails(): boolean;
}

/** KMS, as one process reaches it: half of its data keys are at hand. */
/** `layout`: 1 binds no terms, and is what releases before 0.3 can open. Both are opened. */
export function simulatedSealer(
  { process, random, fails }: Port,
  keyMs: number,
  layout: 1 | 2,
): Sealer {
  const fetchKey = async (signal: AbortSignal) => {
    if (fails()) throw keyUnavailable();
    if (keyMs === 0 || random() < 0.5) return;
    await process
      .askAws(random() * keyMs, () => {}, signal)
      .catch(() => {
        throw keyUnavailable();
      });
  };
  return {
    prepare: (_, signal) => fetchKey(signal),
    seal: async (token, as, signal) => {
      await fetchKey(signal);
      return Buffer.from(JSON.stringify([layout, boundTo(as, layout), token.expose()]));
    },
    open: async (sealed, as, signal) => {
      await fetchKey(signal);
      const [sealedIn, bound, token] = JSON.parse(Buffer.from(sealed).toString());
      return bound === boundTo(as, sealedIn) ? new Sensitive(token) : null;
    },
  };
}

function boundTo({ connection: of, version, kind, terms }: SealedAs, layout: 1 | 2): string {
  const bound = `${of}#${version}#${kind}`;
  return layout === 1 ? bound : `${bound}#${terms}`;
}

function keyUnavailable(): VendingError {
  return new VendingError("store-unavailable", "simulated", 1);
}

/** Secrets Manager, as one process reaches it. A secret's text names its account. */
export function simulatedSecrets(
  { process, random, fails }: Port,
  accounts: ReadonlySet<string>,
  currentVersion: () => string,
): SecretSource {
  const cached = new Map<string, { version: string; readAt: number }>();

  async function read(account: string, signal: AbortSignal): Promise<string> {
    const isUnavailable = fails();
    await process
      .askAws(5 + random() * 20, () => {}, signal)
      .catch(() => {
        throw secretUnavailable();
      });
    if (isUnavailable) throw secretUnavailable();
    if (!accounts.has(account)) throw new VendingError("unknown-connection", "simulated");
    return currentVersion();
  }

  return {
    read: async (account, maxAgeMs, signal) => {
      const now = process.clock.now().getTime();
      let entry = cached.get(account);
      if (!entry || now - entry.readAt >= maxAgeMs) {
        entry = { version: await read(account, signal), readAt: now };
        cached.set(account, entry);
      }
      const { version } = entry;
      return { text: new Sensitive(`${account}:${version}`), version };
    },
  };
}

function secretUnavailable(): VendingError {
  return new VendingError("secret-unavailable", "simulated", 1);
}
