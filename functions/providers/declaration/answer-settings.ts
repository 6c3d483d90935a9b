import * as v from "valibot";
import { strictSettings } from "./strict-settings.ts";

/** A member's name, which may begin with a dot, or a path of at most five names. */
const memberPath = v.pipe(
  v.string(),
  v.regex(
    /^(?=.)[\w:$-]{0,60}(\.[\w:$-]{1,60}){0,4}$/,
    "must be a path of up to five names, like data.access_token",
  ),
);
const optionalPath = v.optional(memberPath);
const unit = v.picklist([
  "seconds",
  "minutes",
  "milliseconds",
  "iso-8601",
  "http-date",
  "epoch-seconds",
  "epoch-milliseconds",
  "json-date",
]);
const lifetime = v.optional(strictSettings({ member: memberPath, unit }));

/** Errors that pass by themselves. A refusal stops a connection until somebody acts. */
const passing = /^(temporarily_unavailable|server_error|slow_down|authorization_pending)$/;
const someCodes = v.optional(
  v.pipe(
    v.array(
      v.pipe(
        v.string(),
        v.regex(/^[\x20-\x7e]{1,100}$/, "must be a code of visible ASCII"),
        v.check((code) => !passing.test(code), "must not be an error that passes by itself"),
      ),
    ),
    v.minLength(1, "must name a code"),
  ),
);

/** A server that is overloaded or broken answers with these, whoever asks. */
const passingStatuses = [408, 425, 429];
const statuses = v.optional(
  v.array(
    v.pipe(
      v.number(),
      v.check(
        (status) =>
          Number.isInteger(status) &&
          status >= 400 &&
          status < 500 &&
          !passingStatuses.includes(status),
        "must be a status from 400 to 499 that does not pass by itself",
      ),
    ),
  ),
);
const refusal = v.optional(strictSettings({ codes: someCodes, statuses }));

const ofEveryAnswer = {
  accessToken: optionalPath,
  tokenType: optionalPath,
  tokenTypes: someCodes,
  lifetime,
  error: optionalPath,
  successCodes: someCodes,
  refusal,
};

/** Where the answers of a generic provider differ from the standard's (RFC 6749 §5). */
export const answerSettings = v.optional(strictSettings(ofEveryAnswer));

/** … of one at which a person consents. */
export const consentAnswerSettings = v.optional(
  strictSettings({
    ...ofEveryAnswer,
    refreshToken: optionalPath,
    idToken: optionalPath,
    scope: optionalPath,
    refreshLifetime: lifetime,
    consentEnd: refusal,
  }),
);
