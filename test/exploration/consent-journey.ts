import { newAuthorizationRequest } from "../../functions/consents/authorization-request.ts";
import { beginConsent, linkLifetimeMs } from "../../functions/consents/begin-consent.ts";
import { completeConsent } from "../../functions/consents/complete-consent.ts";
import { completePastedCode } from "../../functions/consents/complete-pasted-code.ts";
import type { ConsentDependencies } from "../../functions/consents/consent-dependencies.ts";
import { continueConsent, openLink } from "../../functions/consents/follow-link.ts";
import type { Browser, BrowserSecrets } from "../../functions/model/browser-secrets.ts";
import { connectionOf, realmName } from "../../functions/model/connection.ts";
import type { Dependencies } from "../../functions/model/dependencies.ts";
import { VendingError } from "../../functions/model/errors.ts";
import type { PendingConsents } from "../../functions/model/pending-consents.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { Deadline } from "../../functions/model/time-limits.ts";
import { nodeBrowserSecrets } from "../../functions/platform/node-browser-secrets.ts";
import type { TableItem } from "../support/dynamodb-expressions.ts";
import type { ExploredProcess } from "./explored-process.ts";
import { flowOf, otherProvider } from "./provider-requests.ts";
import type { ExploredWorld } from "./world.ts";
import { realm } from "./world.ts";

/** What a person does on the way to a consent, by a link that process `ops` has made first of all. */
export type JourneyAct =
  | { readonly does: "invite" }
  | { readonly does: "follow"; readonly browser: string }
  /** Comes back from the provider with a code of its own. */
  | {
      readonly does: "come-back";
      readonly browser: string;
      /** What is wrong: another browser's state, another provider's answer, or a row that somebody has forged. */
      readonly wrong?: "state" | "provider" | "row";
      readonly patienceMs?: number;
    }
  /** Pastes the one code that somebody has copied. */
  | { readonly does: "paste" };

export function consentDependencies(
  world: ExploredWorld,
  process: ExploredProcess,
  deps: Dependencies,
  pendingConsents: PendingConsents,
): ConsentDependencies {
  return {
    ...deps,
    pendingConsents,
    browserSecrets: exploredBrowserSecrets(process),
    consentBaseUrl: "https://consent.example",
    openableMs: linkLifetimeMs,
    flow: async () => flowOf(world, process),
  };
}

/** Unlike random secrets, they are the same in every run. */
function exploredBrowserSecrets({ name }: ExploredProcess): BrowserSecrets {
  let made = 0;
  const next = () => {
    made += 1;
    return secretNamed(`${name}.${made}`);
  };
  return {
    ...nodeBrowserSecrets,
    newSecret: next,
    newSalt: () => next().expose().slice(0, 22),
  };
}

function secretNamed(name: string): Sensitive {
  return new Sensitive(nodeBrowserSecrets.hash(new Sensitive(name)));
}

const link = secretNamed("ops.1");
const linkId = nodeBrowserSecrets.hash(link);

/** Says what the person, or who invited them, is told. */
export async function takeStep(
  world: ExploredWorld,
  process: ExploredProcess,
  deps: ConsentDependencies,
  act: JourneyAct,
  account: string,
  deadline: Deadline,
): Promise<string> {
  switch (act.does) {
    case "invite":
      await beginConsent(deps, account, deadline);
      return "a link";
    case "follow":
      return follow(world, process, deps, act.browser, deadline);
    case "come-back":
      return comeBack(world, process, deps, act, account, deadline);
    case "paste":
      return paste(world, process, deps, account, deadline);
  }
}

const stranger = "a stranger's";

/** A browser, with its cookie for the one link. A stranger has never had the link, and cannot know it. */
function browserNamed(name: string): Browser & { readonly hash: string } {
  const its = name === stranger ? secretNamed("another link") : link;
  const secret = new Sensitive(secretNamed(`browser ${name}`).expose() + its.expose());
  return { secretFor: () => secret, hash: nodeBrowserSecrets.hash(secret) };
}

/** For whom a link's consent is, which browser has it, or when it ends. */
export type ForgedPart = "account" | "browser" | "end";

/** The row of the one link as somebody forges it, then. */
export function forgedLink(
  world: ExploredWorld,
  what: ForgedPart,
): readonly [pk: string, row: () => TableItem] {
  const pk = `${realmName(realm)}/~consent/${linkId}`;
  const forged = (): TableItem => {
    switch (what) {
      case "account":
        return { account: { S: "another" } };
      case "browser":
        return { browser: { S: browserNamed(stranger).hash } };
      case "end":
        return { expiresAt: { N: String(world.now + linkLifetimeMs) } };
    }
  };
  return [pk, () => ({ pk: { S: pk }, ...world.table.items.get(pk), ...forged() })];
}

async function follow(
  world: ExploredWorld,
  process: ExploredProcess,
  deps: ConsentDependencies,
  name: string,
  deadline: Deadline,
): Promise<string> {
  const browser = browserNamed(name);
  await look(world, deps, browser, deadline);
  const answer = await continueConsent(deps, link, browser, deadline);
  const isSent = "url" in answer;
  const says = isSent ? "sent on" : answer.reason;
  world.note(() => `${process.name}: browser ${name} is ${says}`);
  const { bound } = world.promises.journey;
  world.promises.require(
    !isSent || bound === browser.hash,
    "5.5: a browser was sent to the provider that the link does not belong to",
  );
  return says;
}

/** The link's page, before the person goes on. */
async function look(
  world: ExploredWorld,
  deps: ConsentDependencies,
  browser: Browser & { readonly hash: string },
  deadline: Deadline,
): Promise<void> {
  const page = await openLink(deps, link, browser, deadline);
  if ("reason" in page) return;
  const { expiresAt, browser: owner } = page.pending;
  const isOpen = Number(expiresAt) > world.now && (owner === null || owner === browser.hash);
  world.promises.require(isOpen, "5.5: a page opens that leads nowhere");
}

async function comeBack(
  world: ExploredWorld,
  process: ExploredProcess,
  deps: ConsentDependencies,
  { browser: name, wrong, patienceMs = Number.POSITIVE_INFINITY }: ComeBack,
  account: string,
  deadline: Deadline,
): Promise<string> {
  const browser = browserNamed(name);
  const sentFor = wrong === "state" ? secretNamed("somebody else's") : browser.secretFor(linkId);
  const { state } = newAuthorizationRequest(deps, linkId, sentFor ?? link);
  const code = world.provider.grants.consent();
  const isHurried = patienceMs < world.leaseMs;
  world.promises.journey.comers[process.name] = {
    browser: wrong === undefined && !isHurried ? browser.hash : null,
    code,
    connection: connectionOf(deps.realm, account),
  };
  const parameters = new URLSearchParams({ state, code });
  if (wrong === "provider") parameters.set("iss", otherProvider);
  const msLeft = () => Math.min(patienceMs, deadline.msLeft());
  const answer = await completeConsent(deps, parameters, browser, { ...deadline, msLeft });
  const says = "reason" in answer ? answer.reason : answer.kind;
  world.note(() => `${process.name} is told: ${says}`);
  if (answer.kind === "granted") world.promises.redeemed(answer.connection, code);
  return says;
}

type ComeBack = Extract<JourneyAct, { does: "come-back" }>;

async function paste(
  world: ExploredWorld,
  process: ExploredProcess,
  deps: ConsentDependencies,
  account: string,
  deadline: Deadline,
): Promise<string> {
  const { promises } = world;
  promises.journey.copied ??= world.provider.grants.consent();
  const code = new Sensitive(promises.journey.copied);
  try {
    const { connection } = await completePastedCode(deps, account, code, deadline);
    promises.redeemed(connection, code.expose());
    return "granted";
  } catch (error) {
    const isUsed = error instanceof VendingError && error.code === "invalid-request";
    const claimant = promises.journey.claimant ?? process.name;
    const isOwn = claimant.startsWith(process.name);
    promises.require(!(isUsed && isOwn), "5.5: a code is called used that nobody else has used");
    throw error;
  }
}
