import { plusMs } from "../model/clock.ts";
import { connectionOf } from "../model/connection.ts";
import type { NamedOwner } from "../model/consent.ts";
import type { ConsentRefusal } from "../model/consent-outcome.ts";
import type { PendingConsent } from "../model/pending-consents.ts";
import type { SealedAs } from "../model/sealer.ts";
import { Sensitive } from "../model/sensitive.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { pendingFields, refused } from "./link-state.ts";

/** 256 bits in base64url. */
const linkLength = 43;
export const linkShape = new RegExp(`^[\\w-]{${linkLength}}$`);

/** How long after its first end a link can still be used by somebody who has continued with it again and again. */
const maxExtensionMs = 3_600_000;

/** What a proof proves: when the link first ended, in milliseconds since 1970, and for whom it was made. */
interface ProvenLink extends NamedOwner {
  readonly endsAtMs: number;
}

/**
 * The proof that this service made a link for an account, and for whom. Whoever can write to the table could otherwise make
 * links: a stranger's consent would be stored for an account, or a person's consent for another one.
 */
export function sealLink(
  deps: ConsentDependencies,
  { id, account, expiresAt }: Pick<PendingConsent, "id" | "account" | "expiresAt">,
  { person, customer, mayReplace }: NamedOwner,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const proven: ProvenLink = { endsAtMs: expiresAt.getTime(), person, customer, mayReplace };
  const sealed = new Sensitive(JSON.stringify(isForAnybody(proven) ? proven.endsAtMs : proven));
  return deps.sealer.seal(sealed, linkAs(deps, id, account), signal);
}

/** Of such a link the end alone is sealed: functions from before links were made for somebody read nothing else. */
function isForAnybody({ person, customer, mayReplace }: NamedOwner): boolean {
  return person === undefined && customer === undefined && mayReplace === undefined;
}

/**
 * For whom a link was made; or the refusal of one that was not made here, or not for this account, or that ended long ago
 * and was put back. To be read before the link is claimed; the function that shows links has no right to open them.
 */
export async function provenOwner(
  deps: ConsentDependencies,
  pending: PendingConsent,
  signal: AbortSignal,
): Promise<NamedOwner | ConsentRefusal> {
  const { id, account, proof } = pending;
  const sealed = proof && (await deps.sealer.open(proof, linkAs(deps, id, account), signal));
  if (!sealed) {
    deps.log.error("link-forged", pendingFields(deps, pending));
    return refused(deps, "link-unknown", pending);
  }
  const { endsAtMs, ...owner } = readProof(sealed);
  const endsAt = plusMs(new Date(endsAtMs), maxExtensionMs);
  return deps.clock.now() < endsAt ? owner : refused(deps, "link-expired", pending);
}

function readProof(sealed: Sensitive): ProvenLink {
  const proven: unknown = JSON.parse(sealed.expose());
  return typeof proven === "number" ? { endsAtMs: proven } : (proven as ProvenLink);
}

/** A browser's secret for a link ends with the link itself, of which the table holds a hash. */
export function newBrowserSecret(
  { browserSecrets }: Pick<ConsentDependencies, "browserSecrets">,
  link: Sensitive,
): Sensitive {
  return new Sensitive(browserSecrets.newSecret().expose() + link.expose());
}

/** False for a secret that somebody made who has never had the link, and wrote its hash to the link's row. */
export function isOfLink(
  { browserSecrets }: Pick<ConsentDependencies, "browserSecrets">,
  browserSecret: Sensitive,
  id: string,
): boolean {
  const link = new Sensitive(browserSecret.expose().slice(-linkLength));
  return browserSecrets.isSame(browserSecrets.hash(link), id);
}

function linkAs({ realm }: ConsentDependencies, id: string, account: string): SealedAs {
  // Stryker disable next-line StringLiteral: only has to differ from the other kinds.
  return { connection: connectionOf(realm, account), version: 0, kind: "link", terms: id };
}
