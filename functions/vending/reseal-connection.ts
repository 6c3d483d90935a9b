import type { Connection } from "../model/connection.ts";
import type { Dependencies } from "../model/dependencies.ts";
import { VendingError } from "../model/errors.ts";
import type { SealedAs } from "../model/sealer.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { TokenRecord } from "../model/token-record.ts";

type Kind = "token" | "refresh-token";

export interface Resealed {
  readonly connection: Connection;
  readonly resealed: readonly Kind[];
  /** What no known key opens stays as it is. */
  readonly unreadable: readonly Kind[];
}

const maxAttempts = 5;

/**
 * Seals what is stored for a connection anew, under the present key and layout. Neither lease nor provider is needed: texts,
 * versions and instants stay, so a renewal that is under way goes on.
 */
export async function resealConnection(
  deps: Dependencies,
  connection: Connection,
  { signal }: Deadline,
): Promise<Resealed> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const seen = await deps.store.read(connection, signal);
    const sealedTexts = seen ? textsOf(seen) : [];
    const anew = await Promise.all(
      sealedTexts.map(async ({ sealed, as }) => {
        const text = await deps.sealer.open(sealed, as, signal);
        return { kind: as.kind, sealed: text && (await deps.sealer.seal(text, as, signal)) };
      }),
    );
    const sealedAnew = (kind: Kind) => anew.find((each) => each.kind === kind)?.sealed ?? null;
    const sealed = { token: sealedAnew("token"), refreshToken: sealedAnew("refresh-token") };
    const kindsWhere = (isSealed: boolean) =>
      anew.filter((each) => (each.sealed !== null) === isSealed).map(({ kind }) => kind);
    const answer = { connection, resealed: kindsWhere(true), unreadable: kindsWhere(false) };
    if (!seen || answer.resealed.length === 0) return answer;
    if (await deps.store.reseal(seen, sealed, deps.newOwner(), signal)) {
      deps.log.info("resealed", answer);
      return answer;
    }
  }
  const detail = "Others changed the record each time before it was sealed anew.";
  throw new VendingError("renewal-in-progress", detail, 1);
}

function textsOf({ connection, version, token, consent }: TokenRecord) {
  const refresh = consent?.refresh;
  const texts: { sealed: Uint8Array; as: SealedAs & { kind: Kind } }[] = [];
  if (token) {
    const { sealed, terms } = token;
    texts.push({ sealed, as: { connection, version, kind: "token", terms } });
  }
  if (refresh) {
    const as = { connection, version: refresh.version, kind: "refresh-token", terms: "" } as const;
    texts.push({ sealed: refresh.sealed, as });
  }
  return texts;
}
