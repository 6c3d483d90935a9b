import { msBetween } from "../model/clock.ts";
import { connectionOf } from "../model/connection.ts";
import { describeError, VendingError } from "../model/errors.ts";
import type { LinkOffer, LinkOffers } from "../model/link-offers.ts";
import type { SealedAs } from "../model/sealer.ts";
import type { Deadline } from "../model/time-limits.ts";
import type { BegunConsent } from "./begin-consent.ts";
import { begunConsent, makeLink, noteAsked } from "./begin-consent.ts";
import type { ConsentDependencies } from "./consent-dependencies.ts";
import { linkShape } from "./link-proof.ts";
import { pendingFields } from "./link-state.ts";

export interface OfferDependencies extends ConsentDependencies {
  readonly linkOffers: LinkOffers;
}

/** In the last tenth of its life a link is offered no more: it would reach a person too late. */
const offeredShare = 0.9;

/** The refusal with the link for the person, or as it is where none can be made: that is for the operator to know. */
export async function refusalWithLink(
  deps: OfferDependencies,
  refusal: VendingError,
  account: string,
  begunBy: string | undefined,
  deadline: Deadline,
): Promise<VendingError> {
  try {
    const link = await offerLink(deps, account, begunBy, deadline);
    return new VendingError(refusal.code, refusal.message, null, link);
  } catch (error) {
    const connection = connectionOf(deps.realm, account);
    deps.log.warn("link-not-made", { connection, ...describeError(error) });
    return refusal;
  }
}

/**
 * The link for whoever is to consent for this account: the same one for every caller until a browser has continued with it,
 * or it is about to expire. Fails as `makeLink` does.
 */
async function offerLink(
  deps: OfferDependencies,
  account: string,
  begunBy: string | undefined,
  deadline: Deadline,
): Promise<BegunConsent> {
  const { signal } = deadline;
  const seen = await deps.linkOffers.read(account, signal);
  const offered = await openOffer(deps, seen, signal);
  if (offered) return offered;
  const begun = await makeLink(deps, account, deadline, { begunBy });
  const offer = await sealOffer(deps, account, begun, signal);
  if (!(await deps.linkOffers.replace(offer, seen, signal))) {
    // Another caller was faster. The link that nobody has been told expires by itself.
    const others = await openOffer(deps, await deps.linkOffers.read(account, signal), signal);
    if (others) return others;
  }
  await noteAsked(deps, account, begun, deadline);
  return begun;
}

/** Null when it is nothing to offer any more: opened, used, about to expire, or not made here. */
async function openOffer(
  deps: OfferDependencies,
  offer: LinkOffer | null,
  signal: AbortSignal,
): Promise<BegunConsent | null> {
  if (!offer) return null;
  const { account, pendingId, madeAt, expiresAt } = offer;
  const age = msBetween(madeAt, deps.clock.now());
  if (age >= msBetween(madeAt, expiresAt) * offeredShare) return null;
  const [pending, link] = await Promise.all([
    deps.pendingConsents.read(pendingId, signal),
    deps.sealer.open(offer.sealed, offerAs(deps, account, pendingId), signal),
  ]);
  if (!link || !pending || pending.browser !== null || pending.account !== account) return null;
  if (!linkShape.test(link.expose())) return null;
  deps.log.info("consent-offered", pendingFields(deps, pending));
  return begunConsent(deps, { pendingId, madeAt, link, expiresAt });
}

async function sealOffer(
  deps: OfferDependencies,
  account: string,
  { pendingId, madeAt, expiresAt, link }: BegunConsent,
  signal: AbortSignal,
): Promise<LinkOffer> {
  const sealed = await deps.sealer.seal(link, offerAs(deps, account, pendingId), signal);
  return { account, pendingId, madeAt, expiresAt, sealed };
}

/** Bound to its pending consent, and not openable as that one's proof. */
function offerAs({ realm }: ConsentDependencies, account: string, pendingId: string): SealedAs {
  const connection = connectionOf(realm, account);
  return { connection, version: 0, kind: "link", terms: `offer ${pendingId}` };
}
