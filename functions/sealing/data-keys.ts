import type {
  DecryptRequest,
  DecryptResponse,
  GenerateDataKeyRequest,
  GenerateDataKeyResponse,
} from "@aws-sdk/client-kms";
import type { Clock } from "../model/clock.ts";
import { rejectOnAbort, stopwatch } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import { noAnswerFrom, VendingError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import { LruCache } from "../platform/lru-cache.ts";
import type { TokenKeys } from "./sealed-layouts.ts";
import { tokenKeysOf } from "./sealed-layouts.ts";

/** What is asked of KMS. Fails with the SDK's errors. */
export interface KmsCalls {
  generateDataKey(
    input: GenerateDataKeyRequest,
  ): Promise<Pick<GenerateDataKeyResponse, "Plaintext" | "CiphertextBlob">>;
  decrypt(
    input: DecryptRequest & { readonly CiphertextBlob: Uint8Array },
  ): Promise<Pick<DecryptResponse, "Plaintext">>;
}

/** A data key of one connection, in the clear and encrypted by KMS. */
interface DataKey {
  readonly keys: TokenKeys;
  readonly encrypted: Uint8Array;
}

/** Data keys, cached in this process's memory. */
export interface DataKeys {
  /** `isAhead`: the key is for a renewal, which must not have to ask KMS once its token is issued. */
  forSealing(connection: Connection, signal: AbortSignal, isAhead?: boolean): Promise<DataKey>;
  /** Null when KMS says that this was never a data key of this connection under its KMS key. */
  forOpening(
    connection: Connection,
    encrypted: Uint8Array,
    signal: AbortSignal,
  ): Promise<TokenKeys | null>;
}

/** How long a data key is used before KMS is asked again: for a new one to seal with, or for the same one to open with. */
const dataKeyMaxAgeMs = 3_600_000;
/** When KMS is asked about a key in use, so that no caller waits for the answer. */
const recheckAgeMs = 3_300_000;
/** How long it then still opens tokens, while KMS does not answer, until KMS is asked again. */
const unansweredPauseMs = 60_000;
/** How often one data key seals. Random nonces allow 2^32 times (NIST SP 800-38D). */
const maxSeals = 1000;
/** What a renewal still needs of its key: a lease of time, and to seal two tokens. */
const reserve = { ms: 30_000, seals: 2 };
/** The connections of a large realm: a tick renews them in turn, and each needs its key again within the hour. */
const maxSealingKeys = 10_000;
const maxOpenedKeys = 1000;

interface SealingKey {
  readonly dataKey: Promise<DataKey>;
  readonly ageMs: () => number;
  seals: number;
}

interface OpenedKey {
  readonly keys: Promise<TokenKeys | null>;
  readonly ageMs: () => number;
  maxAgeMs: number;
  isRechecked: boolean;
}

/** `previousKeyArn`: a KMS key whose data keys still open what was sealed with them. */
export function dataKeys(
  kms: KmsCalls,
  keyArn: string,
  clock: Clock,
  previousKeyArn: string | null = null,
): DataKeys {
  const sealing = new LruCache<SealingKey>(maxSealingKeys);
  const opened = new LruCache<OpenedKey>(maxOpenedKeys);

  async function generate(connection: Connection): Promise<DataKey> {
    const ageMs = stopwatch(clock);
    const input = {
      KeyId: keyArn,
      KeySpec: "AES_256",
      EncryptionContext: { connection },
    } as const;
    const answer = await kms.generateDataKey(input).catch(failUnavailable);
    const { Plaintext, CiphertextBlob } = answer;
    if (!Plaintext || !CiphertextBlob) throw unavailable(new DOMException(undefined, "NoKeyError"));
    const keys = tokenKeysOf(new Sensitive(Plaintext));
    opened.set(cacheKey(connection, CiphertextBlob), openedKey(Promise.resolve(keys), ageMs));
    return { keys, encrypted: CiphertextBlob };
  }

  async function decrypt(connection: Connection, CiphertextBlob: Uint8Array) {
    const EncryptionContext = { connection };
    /** Names the KMS key: bytes that a stranger has sealed under a key of his own do not open. */
    const decryptUnder = async (KeyId: string) => {
      const { Plaintext } = await kms.decrypt({ KeyId, CiphertextBlob, EncryptionContext });
      return Plaintext ? tokenKeysOf(new Sensitive(Plaintext)) : null;
    };
    return decryptUnder(keyArn)
      .catch((error: unknown) => {
        if (previousKeyArn === null || !isNamed(error, "IncorrectKeyException")) throw error;
        return decryptUnder(previousKeyArn);
      })
      .catch(nullIfForeign);
  }

  /** Asks KMS for a key. One that is too old opens on while KMS does not answer, and no longer once it refuses. */
  function reopened(
    connection: Connection,
    encrypted: Uint8Array,
    old: OpenedKey | undefined,
  ): OpenedKey {
    const keys = decrypt(connection, encrypted).catch((error: unknown) => {
      if (!old || isRefusal(error)) return failUnavailable(error);
      entry.maxAgeMs = unansweredPauseMs;
      return old.keys;
    });
    const entry = openedKey(keys, stopwatch(clock));
    return entry;
  }

  /**
   * Asks KMS about a key that will soon be too old. No answer changes nothing: a function that is frozen meanwhile never
   * gets one.
   */
  function recheck(
    id: string,
    connection: Connection,
    encrypted: Uint8Array,
    known: OpenedKey,
  ): void {
    known.isRechecked = true;
    const ageMs = stopwatch(clock);
    decrypt(connection, encrypted).then(
      (keys) => {
        if (opened.get(id) === known) opened.set(id, openedKey(Promise.resolve(keys), ageMs));
      },
      (error: unknown) => {
        if (isRefusal(error)) opened.deleteIfSame(id, known);
      },
    );
  }

  return {
    forSealing(connection, signal, isAhead = false) {
      const { ms, seals } = isAhead ? reserve : { ms: 0, seals: 0 };
      const known = sealing.get(connection);
      if (known && known.ageMs() + ms < dataKeyMaxAgeMs && known.seals + seals < maxSeals) {
        if (!isAhead) known.seals += 1;
        return orAborted(known.dataKey, signal);
      }
      const dataKey = generate(connection);
      const entry = { dataKey, ageMs: stopwatch(clock), seals: isAhead ? 0 : 1 };
      sealing.set(connection, entry);
      entry.dataKey.catch(() => sealing.deleteIfSame(connection, entry));
      return orAborted(entry.dataKey, signal);
    },

    forOpening(connection, encrypted, signal) {
      const id = cacheKey(connection, encrypted);
      const known = opened.get(id);
      if (known && known.ageMs() < known.maxAgeMs) {
        const isAgeing = known.ageMs() >= recheckAgeMs && !known.isRechecked;
        if (isAgeing) recheck(id, connection, encrypted, known);
        return orAborted(known.keys, signal);
      }
      const entry = reopened(connection, encrypted, known);
      opened.set(id, entry);
      entry.keys.catch(() => opened.deleteIfSame(id, entry));
      return orAborted(entry.keys, signal);
    },
  };
}

function openedKey(keys: OpenedKey["keys"], ageMs: OpenedKey["ageMs"]): OpenedKey {
  return { keys, ageMs, maxAgeMs: dataKeyMaxAgeMs, isRechecked: false };
}

/** KMS says that this was never a data key of this connection, or not under this KMS key. */
function nullIfForeign(error: unknown): null {
  if (isNamed(error, "InvalidCiphertextException", "IncorrectKeyException")) return null;
  throw error;
}

/** KMS has answered that it does not decrypt: the key is disabled, or this function has no right to it. */
function isRefusal(error: unknown): boolean {
  return Object(error).$fault === "client" && !isNamed(error, "ThrottlingException");
}

/** By their names, because their classes are the SDK's, which a process may never need. */
function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** The cache key has the connection too, because a key that KMS refuses for one connection may be valid for another. */
function cacheKey(connection: Connection, encrypted: Uint8Array): string {
  return `${connection} ${Buffer.from(encrypted).toString("base64")}`;
}

/** Callers share one request, each with its own deadline. The client's timeouts end the request itself. */
function orAborted<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  return rejectOnAbort(shared, signal, () =>
    unavailable(new DOMException(undefined, "AbortError")),
  );
}

/** Replaces the SDK's error, which may hold the answer. */
function failUnavailable(error: unknown): never {
  throw unavailable(error);
}

function unavailable(error: unknown): VendingError {
  return new VendingError("store-unavailable", noAnswerFrom("kms", error), 1);
}
