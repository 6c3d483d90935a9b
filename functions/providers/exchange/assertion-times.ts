import { msBetween, plusMs } from "../../model/clock.ts";
import type { NotIssued } from "../../model/provider.ts";
import type { HttpResponse } from "../../platform/http-request.ts";
import { notIssued } from "./error-response.ts";
import { parseHttpDate } from "./instant.ts";

/** A server whose clock is a little behind must not take an assertion for one of the future. */
const clockToleranceMs = 5000;

/** From when until when an assertion that is made `now` says that it is valid: for `lifetimeMs` altogether, to the second. */
export function assertionTimes(now: Date, lifetimeMs: number): { beginsAt: Date; endsAt: Date } {
  const beginsAt = wholeSecond(plusMs(now, -clockToleranceMs));
  return { beginsAt, endsAt: plusMs(beginsAt, lifetimeMs) };
}

/**
 * What the refusal of a request with an assertion means. A server cannot say that a clock is wrong: it answers what it
 * would to a wrong key (RFC 7521 §4.1.1, §4.2.1), after which nothing is sent until the secret changes. By the Date header of
 * its answer it can be told, and a wrong clock is no reason to change a secret.
 */
export function refusalByClock(
  refusal: NotIssued,
  { headers, requestedAt }: HttpResponse,
  lifetimeMs: number | null,
): NotIssued {
  const theirs = parseHttpDate(headers["date"]);
  if (refusal.code !== "credentials-rejected" || theirs === null || lifetimeMs === null)
    return refusal;
  const { beginsAt, endsAt } = assertionTimes(requestedAt, lifetimeMs);
  if (theirs >= beginsAt && theirs < endsAt) return refusal;
  const seconds = Math.round(msBetween(requestedAt, theirs) / 1000);
  const difference = `${Math.abs(seconds)} s ${seconds < 0 ? "behind" : "ahead of"} ours`;
  const detail = `${refusal.detail} By the Date of its answer its clock is ${difference}, at which our assertion is not valid: ask it to set its clock.`;
  return notIssued("provider-unavailable", detail);
}

function wholeSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}
