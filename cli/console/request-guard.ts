import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** What a request must prove before it is answered. */
export interface RequestGuard {
  /** The address in the browser's bar, without a slash at the end. */
  readonly origin: string;
  /** Made anew with each start; only the printed link has it. */
  readonly key: string;
}

export interface GuardRefusal {
  readonly status: number;
  readonly text: string;
}

const misdirected: GuardRefusal = {
  status: 421,
  text: "Open the address that the terminal has printed: the console answers to no other name.",
};
const foreign: GuardRefusal = { status: 403, text: "Another site may not ask the console." };
const keyless: GuardRefusal = {
  status: 401,
  text: "Open the whole link that the terminal has printed.",
};

/**
 * Why a request is not answered; null if it may be. A name other than ours may have been pointed at this machine (DNS
 * rebinding). Fetch Metadata and `Origin` tell of another site's request, also of one at another port of this machine.
 * Data and actions need the key in a header, which no other site can set; a cookie would be sent to every port.
 */
export function refusalOf(
  { headers, method }: Pick<IncomingMessage, "headers" | "method">,
  { origin, key }: RequestGuard,
  needs: "nothing" | "key",
): GuardRefusal | null {
  if (headers.host !== new URL(origin).host) return misdirected;
  if (isForeign(headers, origin, needs)) return foreign;
  if (needs === "nothing") return null;
  if (method === "POST" && headers.origin === undefined) return foreign;
  return isKey(headers.authorization ?? "", key) ? null : keyless;
}

function isForeign(
  headers: IncomingMessage["headers"],
  origin: string,
  needs: "nothing" | "key",
): boolean {
  if (headers.origin !== undefined && headers.origin !== origin) return true;
  const site = headers["sec-fetch-site"] ?? "none";
  // A link from elsewhere may open the page, which by itself has nothing to tell.
  const isOpened = needs === "nothing" && headers["sec-fetch-mode"] === "navigate";
  return site !== "same-origin" && site !== "none" && !isOpened;
}

function isKey(authorization: string, key: string): boolean {
  return timingSafeEqual(digestOf(authorization), digestOf(`Bearer ${key}`));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
