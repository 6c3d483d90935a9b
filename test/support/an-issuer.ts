import type { GrantCredential } from "../../functions/model/consent.ts";
import type { Issued, NotIssued } from "../../functions/model/provider.ts";
import { Sensitive, unprintable } from "../../functions/model/sensitive.ts";
import type { HttpRequest, HttpResponse } from "../../functions/platform/http-request.ts";
import { HttpFailure } from "../../functions/platform/http-request.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { providerOf, readRealm } from "../../functions/providers/catalogue.ts";
import { at } from "./a-record.ts";
import { fieldsOf } from "./fields-of.ts";
import { FixedClock } from "./fixed-clock.ts";

/** The scripted answer of a provider (default: an empty 200), or the failure of the request. */
export type ScriptedAnswer =
  | Partial<Pick<HttpResponse, "status" | "headers" | "body">>
  | HttpFailure;

export const noAnswer = {
  timeout: new HttpFailure("timeout", true),
  timeoutUnsent: new HttpFailure("timeout", false),
  dropped: new HttpFailure("network", true),
  unreachable: new HttpFailure("network", false),
  forbidden: new HttpFailure("forbidden", false),
};

/** An answer for every request, or a function that chooses one. */
export type AnswerScript = ScriptedAnswer | ((request: HttpRequest) => ScriptedAnswer);

/** A provider, and the requests that it sends. The clock is at ten o'clock; requests take 200 ms. */
export function aProvider(settings: RealmInput, script: AnswerScript = {}) {
  const requests: ReturnType<typeof fieldsOf<HttpRequest>>[] = [];
  const clock = new FixedClock(at("10:00:00.200"));
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    requests.push(fieldsOf(request));
    const answer = typeof script === "function" ? script(request) : script;
    if (answer instanceof HttpFailure) throw answer;
    const { status = 200, headers = {}, body = "" } = answer;
    const requestedAt = at("10:00:00.000");
    const receivedAt = at("10:00:00.200");
    return unprintable<HttpResponse>({ status, headers, body, requestedAt, receivedAt });
  };
  let ids = 0;
  const newRequestId = () => {
    ids += 1;
    return `00000000-0000-4000-8000-${String(ids).padStart(12, "0")}`;
  };
  const context = { send, clock, newRequestId };
  return { provider: providerOf(readRealm(JSON.stringify(settings)), context), requests, clock };
}

/** A provider's grant, and the requests that it sends. */
export async function grantOf(
  settings: RealmInput,
  secret: string,
  script: AnswerScript = {},
  credential: GrantCredential | null = null,
) {
  const { provider, requests } = aProvider(settings, script);
  const issuer = await provider.issuer();
  return { provider, requests, grant: issuer.openGrant(new Sensitive(secret), credential) };
}

/** The outcome of one request for a token. */
export async function issue(
  settings: RealmInput,
  secret: object,
  script: AnswerScript = {},
  credential: GrantCredential | null = null,
): Promise<Issued | NotIssued> {
  const { grant } = await grantOf(settings, JSON.stringify(secret), script, credential);
  return grant.issue(new AbortController().signal);
}

/** An outcome as one line: `credentials-rejected`, with `?` if a token may have been issued nevertheless. */
export function summarizeOutcome(outcome: Issued | NotIssued): string {
  if (outcome.kind === "not-issued") return outcome.code + (outcome.mayHaveIssued ? "?" : "");
  const { lifetime } = outcome;
  if (lifetime.kind !== "stated") return `issued, ${lifetime.kind}`;
  return `issued, ${lifetime.atLeastMs} to ${lifetime.atMostMs} ms`;
}
