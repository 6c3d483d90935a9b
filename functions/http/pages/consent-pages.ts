import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { realmName } from "../../model/connection.ts";
import { VendingError } from "../../model/errors.ts";
import { callerDeadline, earlyTimeoutMs, outOfTime, traceOf } from "../json-endpoint.ts";
import type { ConsentSite, WebAnswer } from "./consent-routes.ts";
import { answerPage } from "./consent-routes.ts";
import { outcomeOf, outcomePage } from "./outcome-pages.ts";
import { pageAnswer } from "./page.ts";
import { isHttpApiEvent, readWebRequest } from "./web-request.ts";

/** The pages a person sees, for both kinds of API: whatever happens, the answer is a page. */
export function consentPages(site: ConsentSite) {
  return middy({ timeoutEarlyInMillis: earlyTimeoutMs, timeoutEarlyResponse: outOfTime })
    .use({
      onError: (request) => {
        request.response = answered(request.event, failureAnswer(site, request.error));
      },
    })
    .handler(async (event: unknown, context: Context, { signal }: { signal: AbortSignal }) => {
      const deadline = callerDeadline(context, site.clock.now(), signal);
      const request = readWebRequest(event);
      if (!request) throw new VendingError("internal", "A page was asked for without a request.");
      return answered(event, await answerPage(site, request, deadline));
    });
}

/** An HTTP API takes cookies apart from headers; a REST API takes them among them. */
function answered(event: unknown, { page, cookie }: WebAnswer) {
  if (cookie === undefined) return page;
  if (isHttpApiEvent(event)) return { ...page, cookies: [cookie] };
  return { ...page, headers: { ...page.headers, "Set-Cookie": cookie } };
}

function failureAnswer(site: ConsentSite, error: unknown): WebAnswer {
  const realm = realmName(site.realm);
  const code = error instanceof VendingError ? error.code : "internal";
  if (code === "internal") site.log.error("defect", { realm, ...traceOf(error) });
  else if (error instanceof VendingError)
    site.log.warn("consent-refused", { realm, reason: code, detail: error.message });
  return { page: pageAnswer(outcomePage(site, outcomeOf(code)), site.styleHash) };
}
