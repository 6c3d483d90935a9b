import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { realmName } from "../../model/connection.ts";
import { VendingError } from "../../model/errors.ts";
import { isHttpApiEvent } from "../api-event.ts";
import { callerDeadline, earlyTimeoutMs, outOfTime, traceOf } from "../json-endpoint.ts";
import { refusalReporter } from "../report-refusal.ts";
import { resultAnswer } from "./consent-results.ts";
import { answerPage, isCallback } from "./consent-routes.ts";
import type { ConsentSite, WebAnswer } from "./consent-site.ts";
import { localizedSite, outcomeAnswer } from "./consent-site.ts";
import { outcomeOf } from "./outcome-pages.ts";
import { readWebRequest } from "./web-request.ts";

/** A handler that answers browsers with pages, for both kinds of API. It answers errors with a page too. */
export function consentPages(site: ConsentSite) {
  const refuseWith = refusalReporter(site);
  return middy({ timeoutEarlyInMillis: earlyTimeoutMs, timeoutEarlyResponse: outOfTime })
    .use({
      onError: async (request) => {
        refuseWith(request.error, null);
        const { event, error } = request;
        request.response = withCookie(event, await errorAnswer(site, event, error));
      },
    })
    .handler(async (event: unknown, context: Context, { signal }: { signal: AbortSignal }) => {
      const deadline = callerDeadline(context, site.clock, signal);
      const request = readWebRequest(event);
      if (!request) throw new VendingError("internal", "The event of a page holds no request.");
      return withCookie(
        event,
        await answerPage(await localizedSite(site, request.acceptLanguage), request, deadline),
      );
    });
}

/** An HTTP API takes cookies as a separate member; a REST API takes them as a header. */
function withCookie(event: unknown, { page, cookie }: WebAnswer) {
  if (cookie === undefined) return page;
  if (isHttpApiEvent(event)) return { ...page, cookies: [cookie] };
  return { ...page, headers: { ...page.headers, "Set-Cookie": cookie } };
}

async function errorAnswer(site: ConsentSite, event: unknown, error: unknown): Promise<WebAnswer> {
  const realm = realmName(site.realm);
  const code = error instanceof VendingError ? error.code : "internal";
  if (code === "internal") site.log.error("defect", { realm, ...traceOf(error) });
  else if (error instanceof VendingError)
    site.log.warn("consent-refused", { realm, reason: code, detail: error.message });
  const kind = outcomeOf(code);
  const request = readWebRequest(event);
  const localized = await localizedSite(site, request?.acceptLanguage ?? "");
  // It may have failed before the link was used up: then a later try has another result.
  return request && isCallback(request)
    ? resultAnswer(localized, request, { kind }, false)
    : outcomeAnswer(localized, kind);
}
