import * as v from "valibot";
import type { ConsentProgress } from "../model/awaited-link.ts";

const account = v.optional(v.string(), "default");

/** How long a link can be opened, at most as long as the realm says. */
const lifetimeSeconds = v.optional(
  v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(604_800)),
);

const name = v.optional(
  v.pipe(
    v.string(),
    v.minLength(1, "must not be empty"),
    v.maxLength(254, "must have at most 254 characters"),
  ),
);

/** Whose consent is asked for: of this person, for this customer's data, whoever has consented before. */
const ownerFields = { person: name, customer: name, replace: v.optional(v.boolean()) };

export type OwnerFields = v.InferOutput<v.StrictObjectSchema<typeof ownerFields, undefined>>;

/** The payload of a direct invocation of `begin-consent`. */
export const beginPayload = v.strictObject({ account, lifetimeSeconds, ...ownerFields });

/** The body of `POST /v1/consents/…`, if there is one. */
export const beginBody = v.strictObject({ lifetimeSeconds, ...ownerFields });

const code = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]{1,4096}$/, "must be the code as the provider shows it, without blanks"),
);

/** The payload of a direct invocation of `complete-consent` that redeems a code copied by a person. */
export const pastePayload = v.strictObject({ account, code, ...ownerFields });

/** The payload of a direct invocation of `complete-consent` that ends a consent. */
export const disconnectPayload = v.strictObject({ account, disconnect: v.literal(true) });

/** The query of a request that takes none. */
export const noFields = v.strictObject({});

/** What came of a link. */
export interface ConsentProgressAnswer {
  readonly connection: string;
  readonly id: string;
  /**
   * `pending`: the person may still consent; `granted`: the connection has a consent that was given after the link was
   * made; `ended`: nothing more comes of it.
   */
  readonly state: ConsentProgress;
}

/** A link for one person: it works in one browser, for one consent. */
export interface ConsentLink {
  /** To ask what came of it. It opens nothing, and may be logged. */
  readonly id: string;
  readonly url: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}
