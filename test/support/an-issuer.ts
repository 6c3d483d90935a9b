import type { GrantCredential } from "../../functions/model/consent.ts";
import type { Issued, NotIssued } from "../../functions/model/provider.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { HttpRequest, HttpResponse } from "../../functions/platform/http-request.ts";
import { HttpFailure } from "../../functions/platform/http-request.ts";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { providerOf, readRealm } from "../../functions/providers/catalogue.ts";
import { at } from "./a-record.ts";
import { FixedClock } from "./fixed-clock.ts";

/** What a provider is made to answer: its text, 200 and no headers if unsaid; or why there is no answer. */
export type ScriptedAnswer =
  | Partial<Pick<HttpResponse, "status" | "headers" | "body">>
  | HttpFailure;

export const noAnswer = {
  timeout: new HttpFailure("timeout", true),
  timeoutUnsent: new HttpFailure("timeout", false),
  dropped: new HttpFailure("network", true),
  unreachable: new HttpFailure("network", false),
};

/** A play for each request. */
export type AnswerScript = ScriptedAnswer | ((request: HttpRequest) => ScriptedAnswer);

/** A provider, and the requests that are made of it. Our clock says ten; requests take 200 ms. */
export function aProvider(settings: RealmInput, script: AnswerScript = {}) {
  const requests: HttpRequest[] = [];
  const clock = new FixedClock(at("10:00:00.200"));
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    requests.push(request);
    const play = typeof script === "function" ? script(request) : script;
    if (play instanceof HttpFailure) throw play;
    const { status = 200, headers = {}, body = "" } = play;
    const requestedAt = at("10:00:00.000");
    return { status, headers, body, requestedAt, receivedAt: at("10:00:00.200") };
  };
  const newRequestId = () => "00000000-0000-4000-8000-000000000001";
  const context = { send, clock, newRequestId };
  return { provider: providerOf(readRealm(JSON.stringify(settings)), context), requests, clock };
}

/** A provider's grant, and the requests it makes. */
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

/** What comes of asking a provider once. */
export async function issue(
  settings: RealmInput,
  secret: object,
  script: AnswerScript = {},
  credential: GrantCredential | null = null,
): Promise<Issued | NotIssued> {
  const { grant } = await grantOf(settings, JSON.stringify(secret), script, credential);
  return grant.issue(new AbortController().signal);
}

/** An outcome as one line: `credentials-rejected`, with `?` where a token may have been issued all the same. */
export function summarizeOutcome(outcome: Issued | NotIssued): string {
  if (outcome.kind === "not-issued") return outcome.code + (outcome.mayHaveIssued ? "?" : "");
  const { lifetime } = outcome;
  if (lifetime.kind !== "stated") return `issued, ${lifetime.kind}`;
  return `issued, ${lifetime.atLeastMs} to ${lifetime.atMostMs} ms`;
}
