import { readPageResponse } from "../support/test-browser.ts";
import type { Api } from "../support/web-events.ts";
import { webEvent } from "../support/web-events.ts";
import type { FuzzWorld } from "./fuzz-world.ts";
import { canaries } from "./recorder.ts";

/** An honest person's way to the callback. Each text is what the person's browser holds by then. */
export interface ConsentJourney {
  /** The address of the link. */
  readonly link: string;
  /** The last segment of that address. */
  readonly linkSecret: string;
  /** `name=value`. */
  readonly cookie: string;
  readonly state: string;
  readonly callback: string;
}

/** Begins a consent and follows it to the provider, which agrees. */
export async function followToProvider(world: FuzzWorld, api: Api): Promise<ConsentJourney> {
  const { recorder } = world;
  const { url: link } = (await world.invoke("begin-consent", { account: "jo" })) as { url: string };
  const linkSecret = link.slice(link.lastIndexOf("/") + 1);
  recorder.unlogged.push(linkSecret);
  const opened = await visit(world, api, "GET", link, []);
  const [cookie = ""] = (opened.setCookie ?? "").split(";");
  recorder.unlogged.push(cookie.slice(cookie.indexOf("=") + 1));
  const continued = await visit(world, api, "POST", link, [cookie]);
  const { searchParams } = new URL(continued.headers["Location"] ?? "");
  world.nonce = searchParams.get("nonce");
  const callback = searchParams.get("redirect_uri") ?? searchParams.get("redirect_url") ?? "";
  return { link, linkSecret, cookie, state: searchParams.get("state") ?? "", callback };
}

async function visit(
  world: FuzzWorld,
  api: Api,
  method: string,
  url: string,
  cookies: readonly string[],
) {
  const answer = await world.invoke("begin-consent", webEvent(api, { method, url, cookies }));
  return readPageResponse(answer);
}

/** The event of the provider's redirect. */
export function callbackEvent({ callback, cookie, state }: ConsentJourney, api: Api): object {
  const query = new URLSearchParams({ code: canaries.code, state });
  return webEvent(api, { url: `${callback}?${query}`, cookies: [cookie] });
}

/** Follows the callback to its result, of which the browser has the address and a further cookie. */
export async function reachResult(
  world: FuzzWorld,
  journey: ConsentJourney,
  api: Api,
): Promise<ConsentJourney> {
  const answer = await world.invoke("complete-consent", callbackEvent(journey, api));
  const { headers, setCookie } = readPageResponse(answer);
  const link = headers["Location"] ?? journey.link;
  const [result = ""] = (setCookie ?? "").split(";");
  return { ...journey, link, cookie: `${journey.cookie}; ${result}` };
}

/** Completes a consent, so that a connection with a refresh token is stored. */
export async function consented(world: FuzzWorld): Promise<void> {
  const journey = await followToProvider(world, "an HTTP API");
  await world.invoke("complete-consent", callbackEvent(journey, "an HTTP API"));
}
