import type { KMSClient } from "@aws-sdk/client-kms";
import {
  DecryptCommand,
  GenerateDataKeyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
} from "@aws-sdk/client-kms";
import type { Clock } from "../model/clock.ts";
import { rejectOnAbort, stopwatch } from "../model/clock.ts";
import type { Connection } from "../model/connection.ts";
import { sealingProblem, VendingError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import { LruCache } from "../platform/lru-cache.ts";

/** A data key of one connection, in the clear and encrypted by KMS. */
interface DataKey {
  readonly key: Sensitive<Uint8Array>;
  readonly encrypted: Uint8Array;
}

/** Data keys, cached in this process's memory. */
export interface DataKeys {
  forSealing(connection: Connection, signal: AbortSignal): Promise<DataKey>;
  /** Null when KMS says that this was never a data key of this connection under this KMS key. */
  forOpening(
    connection: Connection,
    encrypted: Uint8Array,
    signal: AbortSignal,
  ): Promise<Sensitive<Uint8Array> | null>;
}

/** How long a data key seals new tokens, which limits how much one key protects. */
const dataKeyMaxAgeMs = 3_600_000;
const maxSealingKeys = 1000;
const maxOpenedKeys = 1000;

export function dataKeys(client: KMSClient, keyArn: string, clock: Clock): DataKeys {
  const sealing = new LruCache<{ dataKey: Promise<DataKey>; ageMs: () => number }>(maxSealingKeys);
  const opened = new LruCache<Promise<Sensitive<Uint8Array> | null>>(maxOpenedKeys);

  async function generate(connection: Connection): Promise<DataKey> {
    const command = new GenerateDataKeyCommand({
      KeyId: keyArn,
      KeySpec: "AES_256",
      EncryptionContext: { connection },
    });
    const { Plaintext, CiphertextBlob } = await client.send(command).catch(failUnavailable);
    if (!Plaintext || !CiphertextBlob) throw unavailable("no key");
    const dataKey = { key: new Sensitive(Plaintext), encrypted: CiphertextBlob };
    opened.set(cacheKey(connection, CiphertextBlob), Promise.resolve(dataKey.key));
    return dataKey;
  }

  async function decrypt(connection: Connection, CiphertextBlob: Uint8Array) {
    const EncryptionContext = { connection };
    const command = new DecryptCommand({ KeyId: keyArn, CiphertextBlob, EncryptionContext });
    try {
      const { Plaintext } = await client.send(command);
      return Plaintext ? new Sensitive(Plaintext) : null;
    } catch (error) {
      if (error instanceof InvalidCiphertextException) return null;
      if (error instanceof IncorrectKeyException) return null;
      return failUnavailable(error);
    }
  }

  return {
    forSealing(connection, signal) {
      const known = sealing.get(connection);
      if (known && known.ageMs() < dataKeyMaxAgeMs) return orAborted(known.dataKey, signal);
      const entry = { dataKey: generate(connection), ageMs: stopwatch(clock) };
      sealing.set(connection, entry);
      entry.dataKey.catch(() => sealing.deleteIfSame(connection, entry));
      return orAborted(entry.dataKey, signal);
    },

    forOpening(connection, encrypted, signal) {
      const id = cacheKey(connection, encrypted);
      const known = opened.get(id);
      if (known !== undefined) return orAborted(known, signal);
      const key = decrypt(connection, encrypted);
      opened.set(id, key);
      key.catch(() => opened.deleteIfSame(id, key));
      return orAborted(key, signal);
    },
  };
}

/** The cache key has the connection too, because a key that KMS refuses for one connection may be valid for another. */
function cacheKey(connection: Connection, encrypted: Uint8Array): string {
  return `${connection} ${Buffer.from(encrypted).toString("base64")}`;
}

/** Callers share one request, each with its own deadline. The client's timeouts end the request itself. */
function orAborted<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  return rejectOnAbort(shared, signal, () => unavailable("AbortError"));
}

/** Replaces the SDK's error, which may hold the answer. */
function failUnavailable(error: unknown): never {
  throw unavailable(error instanceof Error ? error.name : "unknown error");
}

function unavailable(why: string): VendingError {
  return new VendingError("store-unavailable", `${sealingProblem.noAnswer} (${why}).`, 1);
}
