import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { realmName } from "../../model/connection.ts";
import { VendingError } from "../../model/errors.ts";
import { isHttpApiEvent } from "../api-event.ts";
import { callerDeadline, earlyTimeoutMs, outOfTime, traceOf } from "../json-endpoint.ts";
import { refusalReporter } from "../report-refusal.ts";
import type { ConsentSite, WebAnswer } from "./consent-routes.ts";
import { answerPage, outcomeAnswer } from "./consent-routes.ts";
import { outcomeOf } from "./outcome-pages.ts";
import { readWebRequest } from "./web-request.ts";

/** A handler that answers browsers with pages, for both kinds of API. It answers errors with a page too. */
export function consentPages(site: ConsentSite) {
  const refuseWith = refusalReporter(site);
  return middy({ timeoutEarlyInMillis: earlyTimeoutMs, timeoutEarlyResponse: outOfTime })
    .use({
      onError: (request) => {
        refuseWith(request.error, null);
        request.response = withCookie(request.event, errorAnswer(site, request.error));
      },
    })
    .handler(async (event: unknown, context: Context, { signal }: { signal: AbortSignal }) => {
      const deadline = callerDeadline(context, site.clock, signal);
      const request = readWebRequest(event);
      if (!request) throw new VendingError("internal", "The event of a page holds no request.");
      return withCookie(event, await answerPage(site, request, deadline));
    });
}

/** An HTTP API takes cookies as a separate member; a REST API takes them as a header. */
function withCookie(event: unknown, { page, cookie }: WebAnswer) {
  if (cookie === undefined) return page;
  if (isHttpApiEvent(event)) return { ...page, cookies: [cookie] };
  return { ...page, headers: { ...page.headers, "Set-Cookie": cookie } };
}

function errorAnswer(site: ConsentSite, error: unknown): WebAnswer {
  const realm = realmName(site.realm);
  const code = error instanceof VendingError ? error.code : "internal";
  if (code === "internal") site.log.error("defect", { realm, ...traceOf(error) });
  else if (error instanceof VendingError)
    site.log.warn("consent-refused", { realm, reason: code, detail: error.message });
  return outcomeAnswer(site, outcomeOf(code));
}
