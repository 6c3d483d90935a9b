import * as v from "valibot";
import { accountOf } from "../../model/connection.ts";
import type { Completion } from "../../model/consent-outcome.ts";
import { scopesOf } from "../../model/scopes.ts";
import { consentEndsAt } from "../../model/token-record.ts";
import { parseJson } from "../../platform/parse-json.ts";
import { consentOutcomes } from "./texts/page-texts.ts";

const scopeList = v.array(v.string());

/** A result as text, which a browser keeps. It is signed, but a browser can sign what it likes: it is read as foreign. */
const resultShape = v.variant("kind", [
  v.object({
    kind: v.literal("granted"),
    account: v.string(),
    customer: v.nullable(v.string()),
    endsAt: v.nullable(v.pipe(v.number(), v.integer(), v.maxValue(8.64e15))),
    isExtended: v.boolean(),
    granted: v.nullable(scopeList),
    withheld: scopeList,
    isAbridged: v.boolean(),
  }),
  v.object({ kind: v.picklist(consentOutcomes) }),
]);

/** How a consent ended, as its page says it. It has no token, no code and no state. */
export type ShownResult = v.InferOutput<typeof resultShape>;

/** A consent that was granted, as its page says it; `endsAt` in milliseconds since 1970, null when unknown. */
export type ShownConsent = Extract<ShownResult, { kind: "granted" }>;

/** So much of the names of scopes fits into a cookie: a browser keeps 4096 bytes, and sends those of several links at once. */
const maxScopesLength = 1200;

/** What the page of a granted consent says. */
export function shownConsent({
  connection,
  record,
}: Extract<Completion, { kind: "granted" }>): ShownConsent {
  const { consent } = record;
  const scope = consent?.grantedScope ?? null;
  const granted = scope === null ? null : scopesOf(scope);
  const withheld = scopesOf(consent?.details?.withheldScope ?? "");
  let length = 0;
  const fits = (name: string) => {
    length += name.length;
    return length <= maxScopesLength;
  };
  const shown = { withheld: withheld.filter(fits), granted: granted?.filter(fits) ?? null };
  return {
    kind: "granted",
    account: accountOf(connection),
    customer: consent?.customer ?? null,
    endsAt: consentEndsAt(record)?.getTime() ?? null,
    isExtended: Boolean(consent?.refresh),
    ...shown,
    isAbridged: length > maxScopesLength,
  };
}

/** A result in a browser's cookie. */
interface KeptResult {
  readonly result: ShownResult;
  /** Whether the link cannot be used again: then nothing that is sent later changes the result. */
  readonly endsLink: boolean;
}

const keptShape = v.object({ result: resultShape, endsLink: v.boolean() });

export function writeResult(kept: KeptResult): string {
  return Buffer.from(JSON.stringify(kept)).toString("base64url");
}

/** Null for a text of another form, such as a later release's. */
export function readResult(text: string): KeptResult | null {
  const json = Buffer.from(text, "base64url").toString();
  const { success, output } = v.safeParse(keptShape, parseJson(json));
  return success ? output : null;
}
