import * as v from "valibot";
import type { Problem, VendAnswer } from "../functions/http/contract.ts";
import type { ConsentLink, ConsentProgressAnswer } from "../functions/http/link-contract.ts";
import type {
  ConnectionAnswer,
  ConnectionPage,
  ConsentAnswer,
} from "../functions/http/status-contract.ts";
import { consentProgressStates } from "../functions/model/awaited-link.ts";
import { connectionStates } from "../functions/model/connection-status.ts";
import { problemCodes } from "../functions/model/errors.ts";

const described = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.pipe(schema, v.description(description));
const text = (description: string) => described(v.string(), description);
const count = (description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(0), v.description(description));
const instant = v.pipe(v.string(), v.isoTimestamp());
const instantAt = (description: string) => described(instant, description);
const nullableInstant = (description: string) => described(v.nullable(instant), description);

const connection = text("provider/environment/account");
const fingerprint = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{12}$/),
  v.description("First twelve hexadecimal digits of the token's SHA-256. Safe to log."),
);

/** With optional members required: a schema that lacks one of them does not satisfy it. */
type AllMembers<T> = {
  readonly [Name in keyof Required<T>]:
    | v.GenericSchema
    | v.ExactOptionalSchema<v.GenericSchema, undefined>;
};
type SchemaOf<T> = v.GenericSchema<unknown, T> & { readonly entries: AllMembers<T> };

/** The contract's interfaces as schemas. The compiler checks that they agree (`satisfies`). */
export const credentialSchema = v.strictObject({
  connection,
  version: count("Counts this connection's tokens. A rejection names this number."),
  header: described(
    v.strictObject({ name: v.string(), value: v.string() }),
    "The header to set on requests to the provider.",
  ),
  extraHeaders: described(
    v.exactOptional(v.record(v.string(), v.string())),
    "Additional headers that the provider requires, if any; with the proof in `DPoP` where the token is bound to a key.",
  ),
  token: text("The bare token, for uses other than a header."),
  fingerprint,
  issuedAt: instantAt("When the provider's answer was received."),
  usableUntil: nullableInstant(
    "No renewal revokes the token before this instant. Margins and handover are already subtracted. Null for a key that does not expire.",
  ),
  expiresAt: nullableInstant(
    "When the token expires, as stated by the provider; null if it states nothing.",
  ),
  grantedScope: v.exactOptional(
    text("The provider's scope, where a person granted less or more than was asked for."),
  ),
  attributes: v.exactOptional(
    described(
      v.record(v.string(), v.string()),
      "What the provider returned with the token or the consent and callers need, such as a tenant, by name.",
    ),
  ),
}) satisfies SchemaOf<VendAnswer>;

const consentId = text("The id of a link, to ask what came of it. It opens nothing.");

export const consentLinkSchema = v.strictObject({
  id: consentId,
  url: v.pipe(
    v.string(),
    v.url(),
    v.description("A one-time link for one person, to the page that asks for the consent."),
  ),
  expiresAt: instantAt("When the link expires."),
}) satisfies SchemaOf<ConsentLink>;

export const consentProgressSchema = v.strictObject({
  connection,
  id: consentId,
  state: described(
    v.picklist(consentProgressStates),
    "`pending`: the person may still consent; `granted`: there is a consent that was given after the link was made; `ended`: nothing more comes of it.",
  ),
}) satisfies SchemaOf<ConsentProgressAnswer>;

export const problemSchema = v.strictObject({
  type: text("A URI that identifies the kind of problem; it ends with the code."),
  title: text("A short description of the kind of problem."),
  status: v.pipe(v.number(), v.integer(), v.description("The HTTP status.")),
  code: described(v.picklist(problemCodes), "The kind of problem, machine-readable."),
  detail: text("What is wrong, and what to do about it."),
  connection: v.exactOptional(connection),
  retryable: described(v.boolean(), "Whether the same request may succeed later."),
  retryAfterSeconds: v.exactOptional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.description("How long to wait, if known.")),
  ),
  consent: v.exactOptional(
    described(consentLinkSchema, "With `consent-required`, for callers who may have a link."),
  ),
}) satisfies SchemaOf<Problem>;

const lease = v.strictObject({
  since: instant,
  until: instantAt("When the lease expires. A holder that has not released it by then has died."),
  reason: text("Why the connection is being renewed."),
});

const lastIssue = v.strictObject({
  at: instant,
  reason: text("Why a token was requested."),
  latencyMs: count("Latency of the provider's answer in milliseconds."),
});

const lastFailure = v.strictObject({
  at: instant,
  code: v.picklist(problemCodes),
  detail: text("Token vending's own text, never the provider's."),
  count: count("Consecutive failures."),
  retryAt: instantAt("No request is sent to the provider before this instant."),
});

const frozen = v.strictObject({
  of: v.picklist(["connection", "realm"]),
  by: text("The operator."),
  at: instant,
  reason: text("The operator's own text."),
});

const consent = v.strictObject({
  consentedAt: instant,
  endsAt: nullableInstant("When it ends unless it is renewed; null when the provider did not say."),
  isRenewable: described(v.boolean(), "False: it ends with its token."),
  begunBy: v.exactOptional(
    text("Who asked for it: an IAM principal, or the AWS request that began it."),
  ),
  subject: v.exactOptional(
    text(
      "First twelve hexadecimal digits of the SHA-256 of the provider's identifier of the person.",
    ),
  ),
  identity: v.exactOptional(text("The person's e-mail address, login or name, masked.")),
  customer: v.exactOptional(text("The data's owner, masked by the provider.")),
  grantedScope: v.exactOptional(v.string()),
  withheldScope: v.exactOptional(text("What was requested and not granted.")),
  addedScope: v.exactOptional(text("What was granted and not requested.")),
  attributes: v.exactOptional(
    described(v.record(v.string(), v.string()), "What the settings keep of the provider's answer."),
  ),
}) satisfies SchemaOf<ConsentAnswer>;

const asked = v.strictObject({
  until: instant,
  begunBy: v.exactOptional(text("Who asked: an IAM principal, or the AWS request that asked.")),
});

const connectionSchema = v.strictObject({
  connection,
  state: described(v.picklist(connectionStates), "The state of the connection."),
  version: count("Number of tokens stored so far; 0 before the first."),
  fingerprint: v.nullable(fingerprint),
  issuedAt: v.nullable(instant),
  usableUntil: nullableInstant(
    "Until when the token is vended; also null for a key that does not expire.",
  ),
  expiresAt: nullableInstant("When the token expires, as stated by the provider."),
  renewAt: nullableInstant("The earliest instant of the next renewal."),
  attributes: v.exactOptional(
    described(
      v.record(v.string(), v.string()),
      "What the settings keep of the token's answer; what they keep of a consent is with it.",
    ),
  ),
  lease: described(v.nullable(lease), "The renewal in progress, if any."),
  lastIssue: described(
    v.nullable(lastIssue),
    "The latest success among the last few requests to the provider.",
  ),
  consent: v.exactOptional(described(consent, "Only where a person has consented.")),
  asked: v.exactOptional(
    described(asked, "Only while a person who was asked can still consent, by the latest link."),
  ),
  frozen: v.exactOptional(described(frozen, "Only while an operator has stopped the connection.")),
  lastFailure: described(v.nullable(lastFailure), "Null if a token was stored since."),
}) satisfies SchemaOf<ConnectionAnswer>;

export const connectionPageSchema = v.strictObject({
  connections: v.array(connectionSchema),
  cursor: described(
    v.nullable(v.string()),
    "Pass it to get the next page, with the same `realm`; null on the last page.",
  ),
}) satisfies SchemaOf<ConnectionPage>;
