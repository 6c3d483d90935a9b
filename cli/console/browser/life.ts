import type { ShownConnection } from "../snapshot.ts";

type Instants = Pick<
  ShownConnection,
  "fingerprint" | "issuedAt" | "usableUntil" | "expiresAt" | "renewAt"
>;

/** A token's life, from its issue (0) to its end (1). `none`: there is no token. `endless`: a key that does not expire. */
export type Life =
  | { readonly kind: "none" }
  | { readonly kind: "endless" }
  | {
      readonly kind: "lasting";
      readonly now: number;
      readonly usableUntil: number;
      /** Null where none is planned. */
      readonly renewal: number | null;
    };

export function lifeOf(instants: Instants, now: number): Life {
  if (instants.fingerprint === null || instants.issuedAt === null) return { kind: "none" };
  const { issuedAt, usableUntil, expiresAt, renewAt } = instants;
  const end = expiresAt ?? usableUntil;
  if (end === null) return { kind: "endless" };
  const from = Date.parse(issuedAt);
  const length = Math.max(Date.parse(end) - from, 1);
  const part = (at: number) => Math.min(Math.max((at - from) / length, 0), 1);
  return {
    kind: "lasting",
    now: part(now),
    usableUntil: part(Date.parse(usableUntil ?? end)),
    renewal: renewAt === null ? null : part(Date.parse(renewAt)),
  };
}

/** An instant of a token's life, with its name. */
export interface LifeInstant {
  readonly label: string;
  readonly at: string;
}

export function lifeInstants({
  issuedAt,
  usableUntil,
  expiresAt,
  renewAt,
}: Instants): LifeInstant[] {
  // A key without an end is not renewed: `renewAt` is when its secret is read again.
  if (usableUntil === null && expiresAt === null) return instant("Adopted", issuedAt);
  // Where a new token revokes the old one, it is requested when nobody uses that any more.
  const isHandover = renewAt !== null && usableUntil !== null && renewAt >= usableUntil;
  return [
    ...instant("Issued", issuedAt),
    ...instant(isHandover ? "Handover" : "Renewal due", renewAt),
    ...instant("Usable until", usableUntil),
    ...instant("Expires", expiresAt),
  ];
}

function instant(label: string, at: string | null): LifeInstant[] {
  return at === null ? [] : [{ label, at }];
}
