/**
 * A record without its token, in bytes as DynamoDB counts them: under a lease, with a full ledger, and with the data key
 * that KMS has encrypted.
 */
const recordBytes = 1070;
/** The new token's instant moves the record's entry in the index `due`: one is deleted and one written. */
export const indexWriteUnits = 2;
const [readBytes, writeBytes] = [4096, 1024];

/** What one renewal by the schedule asks of DynamoDB. */
export interface RenewalUnits {
  /** One strongly consistent read of the record. */
  readonly read: number;
  /** Taking the lease, and so what a refused attempt to take it costs as well. */
  readonly lease: number;
  /** The lease, the commit, the index and, where a new token revokes the old, the claim of its scope. */
  readonly write: number;
}

/** By the size of the token. A write costs as much as its whole item. */
export function renewalUnits(tokenBytes: number, isRevoking = false): RenewalUnits {
  const bytes = recordBytes + tokenBytes;
  const lease = Math.ceil(bytes / writeBytes);
  const claim = isRevoking ? 1 : 0;
  return {
    read: Math.ceil(bytes / readBytes),
    lease,
    write: 2 * lease + indexWriteUnits + claim,
  };
}
