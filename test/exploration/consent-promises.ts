import type { Connection } from "../../functions/model/connection.ts";
import type { TokenRecord } from "../../functions/model/token-record.ts";
import type { SimulatedGrants } from "../simulation/simulated-grants.ts";
import type { Call } from "./explored-provider.ts";

interface Requirements {
  require(holds: boolean, promise: string): void;
  /** The codes that were sent for a connection. */
  of(connection: Connection): { readonly codes: string[] };
}

interface Surroundings {
  readonly provider: { readonly grants: SimulatedGrants };
  /** Something has gone wrong. */
  readonly hadFault: boolean;
}

/** P6, P7: what a person's consent left is kept while the provider takes it, and its loss is named. */
export function checkConsent(
  promises: Requirements,
  world: Surroundings,
  before: TokenRecord | null,
  after: TokenRecord,
): void {
  const { grants } = world.provider;
  const [held, holds] = [before, after].map((record) => record?.consent?.refresh?.fingerprint);
  checkEnd(promises, world, before, after);
  const isNew = after.token !== null && after.token.fingerprint !== before?.token?.fingerprint;
  const given = isNew ? grants.givenWith(after.token.fingerprint) : undefined;
  if (given) {
    promises.require(holds === given, "P7: a refresh token was not stored");
    const isItsEnd = storedEndOf(after) === grants.statedEndOf(given);
    promises.require(isItsEnd, "P7: a refresh token is stored with another's end");
  }
  const isRefused = after.failure?.code === "consent-required";
  promises.require(!(isRefused && holds), "P9: a refused refresh token was kept, to be sent again");
  if (!held || held === holds || before?.lease?.reason === "consent") return;
  promises.require(!grants.isCurrent(held), "P6: a refresh token was given up that is still good");
  if (holds || !grants.wasReplaced(held)) return;
  const isNamed = after.failure?.detail.includes("was lost") ?? false;
  promises.require(isNamed, "P6: a refresh token was lost, and nobody is told");
}

/** 5.5: whoever crashes in between could not end the consent any more. */
function checkEnd(
  promises: Requirements,
  { provider: { grants }, hadFault }: Surroundings,
  before: TokenRecord | null,
  { consent }: TokenRecord,
): void {
  const refresh = before?.consent?.refresh?.fingerprint;
  if (!refresh || consent || hadFault) return;
  promises.require(
    !grants.isCurrent(refresh),
    "5.5: a consent ended here before its provider knew",
  );
}

function storedEndOf({ consent }: TokenRecord): number | null {
  const endsAt = consent?.refresh?.endsAt;
  return endsAt ? Number(endsAt) : null;
}

/** A code is used once; a refresh token only while it is the one that is stored. */
export function checkCredential(
  promises: Requirements,
  { uses, reason, connection }: Call,
  record: TokenRecord | null,
): void {
  if (uses === null) return;
  if (reason !== "consent") {
    const isStored = record?.consent?.refresh?.fingerprint === uses;
    promises.require(isStored, "P7: a refresh token was sent that is not the stored one");
    return;
  }
  const { codes } = promises.of(connection);
  promises.require(!codes.includes(uses), "5.5: a code was sent twice");
  codes.push(uses);
}
