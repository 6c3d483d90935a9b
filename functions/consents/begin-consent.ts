import type { AskedLink, AwaitedLink, LinkForPerson } from "../model/awaited-link.ts";
import { plusMs } from "../model/clock.ts";
import { connectionOf, realmName } from "../model/connection.ts";
import { VendingError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import type { Deadline } from "../model/time-limits.ts";
import { requireUsableSecret } from "./authorization-request.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { sealLink } from "./link-proof.ts";
import { pendingFields } from "./link-state.ts";
import { requireTold } from "./named-owner.ts";

/** How long a link can be opened unless the realm says otherwise, and how long its authorization may then take. */
export const linkLifetimeMs = 600_000;

/** A link with what this service knows of it. */
export interface BegunConsent extends LinkForPerson, AwaitedLink {
  readonly link: Sensitive;
}

/** Makes a link, as `makeLink` does, and has the status list the connection until the link ends. */
export async function beginConsent(
  deps: ConsentDependencies,
  account: string,
  deadline: Deadline,
  asked: AskedLink = {},
): Promise<BegunConsent> {
  const begun = await makeLink(deps, account, deadline, asked);
  await noteAsked(deps, account, begun, deadline);
  return begun;
}

/** Of a link that is about to be handed out: one of which the status cannot be told is not. */
export async function noteAsked(
  { pendingConsents }: ConsentDependencies,
  account: string,
  { pendingId: id, expiresAt }: BegunConsent,
  { signal }: Deadline,
): Promise<void> {
  await pendingConsents.noteAsked({ id, account, expiresAt }, signal);
}

/**
 * Makes a link for the person who is to consent. Checks first that the link will work, because the caller can fix the
 * secret and the person cannot: fails with `secret-malformed`, `credentials-rejected`, `secret-unavailable` or
 * `unknown-connection`, with `store-unavailable` without a data key, and with `invalid-request` for a link that could be
 * opened for longer than the realm allows, or names whom the provider does not tell.
 */
export async function makeLink(
  deps: ConsentDependencies,
  account: string,
  { signal }: Deadline,
  { openableMs = deps.openableMs, begunBy, ...owner }: AskedLink = {},
): Promise<BegunConsent> {
  const { browserSecrets, clock, log, pendingConsents, realm } = deps;
  if (openableMs > deps.openableMs) {
    const detail = `lifetimeSeconds: must be at most ${deps.openableMs / 1000}, the realm's linkLifetimeSeconds.`;
    throw new VendingError("invalid-request", detail);
  }
  await requireTold(deps, owner);
  const link = browserSecrets.newSecret();
  const id = browserSecrets.hash(link);
  await requireUsableSecret(deps, connectionOf(realm, account), signal);
  const madeAt = clock.now();
  const expiresAt = plusMs(madeAt, openableMs);
  const made = { id, account, expiresAt, browser: null, begunBy };
  const pending = { ...made, proof: await sealLink(deps, made, owner, signal) };
  await pendingConsents.add(pending, signal);
  const { person, mayReplace } = owner;
  const asked = { begunBy: begunBy ?? null, isNamed: person !== undefined, mayReplace };
  log.info("consent-begun", { ...pendingFields(deps, pending), expiresAt, ...asked });
  return begunConsent(deps, { pendingId: id, madeAt, link, expiresAt });
}

/** The id by which callers ask about a link: the hash of the link, and the second in which it was made. */
function consentIdOf({ pendingId, madeAt }: AwaitedLink): string {
  return `${pendingId}.${Math.floor(madeAt.getTime() / 1000).toString(36)}`;
}

/** A link with its address and its id. */
export function begunConsent(
  { consentBaseUrl, realm }: ConsentDependencies,
  made: Omit<BegunConsent, "id" | "url">,
): BegunConsent {
  const url = `${consentBaseUrl}/consent/${realmName(realm)}/${made.link.expose()}`;
  return { ...made, id: consentIdOf(made), url: new Sensitive(url) };
}
