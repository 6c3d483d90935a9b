import type { SealedAs } from "../../functions/model/sealer.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";

/** What the starting points sealed with, and what a run seals with. */
export type SealingKey = "earlier" | "present";

export function sealedWith(key: SealingKey, token: Sensitive, as: SealedAs): Buffer {
  return Buffer.from(JSON.stringify([boundTo(as), token.expose(), key]));
}

/** Null for what was sealed as something else. */
export function openedAs(sealed: Uint8Array, as: SealedAs): Sensitive | null {
  const [bound, token] = partsOf(sealed);
  return bound === boundTo(as) ? new Sensitive(token) : null;
}

function boundTo({ connection: of, version, kind, terms }: SealedAs): string {
  return `${of}#${version}#${kind}#${terms}`;
}

function partsOf(sealed: Uint8Array): [bound: string, token: string, key: SealingKey] {
  return JSON.parse(Buffer.from(sealed).toString());
}

/** What the earlier key has sealed may be sealed anew, after which that key may go: it never comes back. */
export function checkSealing(
  promises: { require(holds: boolean, promise: string): void },
  present: SealingKey,
  before: TokenRecord | null,
  after: TokenRecord,
): void {
  if (present === "earlier") return;
  const known = sealedEarlier(before);
  const isBack = sealedEarlier(after).some((kind) => !known.includes(kind));
  promises.require(!isBack, "P12: what was sealed anew is overwritten by what was not");
}

function sealedEarlier(record: TokenRecord | null): string[] {
  const { token, consent } = record ?? {};
  const sealed = { token: token?.sealed, "refresh token": consent?.refresh?.sealed };
  return Object.entries(sealed).flatMap(([kind, bytes]) =>
    bytes && partsOf(bytes)[2] === "earlier" ? [kind] : [],
  );
}
