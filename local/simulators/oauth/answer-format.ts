import type { SimulatedReply } from "../kit/reply.ts";
import type { SimulatorContext } from "../kit/simulator-context.ts";

/** How a lifetime is stated: how long it is, or when it ends. */
type StatedUnit =
  | "seconds"
  | "minutes"
  | "milliseconds"
  | "iso-8601"
  | "http-date"
  | "epoch-seconds"
  | "epoch-milliseconds"
  | "json-date";

interface StatedAs {
  readonly member: string;
  readonly unit: StatedUnit;
}

interface RefusalAs {
  readonly codes?: readonly string[] | undefined;
  readonly statuses?: readonly number[] | undefined;
}

/** Where a server's answers differ from RFC 6749 §5. A path leads through objects and lists: `accounts.0.token`. */
export interface AnswerFormat {
  readonly accessToken?: string | undefined;
  readonly tokenType?: string | undefined;
  readonly tokenTypes?: readonly string[] | undefined;
  readonly refreshToken?: string | undefined;
  readonly idToken?: string | undefined;
  readonly scope?: string | undefined;
  /** Null for answers that state no lifetime. */
  readonly lifetime?: StatedAs | null | undefined;
  readonly refreshLifetime?: StatedAs | undefined;
  readonly error?: string | undefined;
  readonly successCodes?: readonly string[] | undefined;
  readonly refusal?: RefusalAs | undefined;
  readonly consentEnd?: RefusalAs | undefined;
  /** Further members, by their paths. */
  readonly members?: Readonly<Record<string, string>> | undefined;
}

type Members = Readonly<Record<string, unknown>>;

/** Puts a standard answer of a token endpoint into this server's own terms. */
export function formatAnswer(
  reply: SimulatedReply,
  format: AnswerFormat,
  context: SimulatorContext,
): SimulatedReply {
  if (!("json" in reply.body)) return reply;
  const standard: Members = { ...Object(reply.body.json) };
  const { error } = standard;
  if (typeof error === "string") return formatError(reply, standard, error, format);
  return { ...reply, body: { json: formatSuccess(standard, format, context) } };
}

function formatError(
  reply: SimulatedReply,
  { error: _, ...rest }: Members,
  error: string,
  { error: path = "error", refusal = {}, consentEnd = {} }: AnswerFormat,
): SimulatedReply {
  const as: Readonly<Record<string, RefusalAs>> = {
    invalid_client: refusal,
    invalid_grant: consentEnd,
  };
  const { codes: [code = error] = [], statuses: [status = reply.status] = [] } = as[error] ?? {};
  return { ...reply, status, body: { json: withMember(rest, path, code) } };
}

function formatSuccess(members: Members, format: AnswerFormat, context: SimulatorContext): Members {
  const { access_token, token_type, refresh_token, id_token, scope, expires_in, ...others } =
    members;
  const { accessToken = "access_token", tokenType = "token_type", idToken = "id_token" } = format;
  const { refreshToken = "refresh_token", scope: scopes = "scope", error = "error" } = format;
  const { successCodes: [success] = [], tokenTypes: [type = token_type] = [] } = format;
  const { lifetime = { member: "expires_in", unit: "seconds" }, refreshLifetime } = format;
  const refreshLife = Math.floor((context.settings.refresh?.lifetimeMs ?? 0) / 1000);
  const placed: readonly Placed[] = [
    [accessToken, access_token],
    [tokenType, type],
    [refreshToken, refresh_token],
    [idToken, id_token],
    [scopes, scope],
    ...placedLife(lifetime, Number(expires_in), context),
    ...placedLife(refresh_token ? refreshLifetime : null, refreshLife, context),
    [error, success],
    ...Object.entries(format.members ?? {}),
  ];
  return placed
    .filter(([, value]) => value !== undefined)
    .reduce<Members>((all, [path, value]) => withMember(all, path, value), others);
}

type Placed = readonly [path: string, value: unknown];

function placedLife(
  as: StatedAs | null | undefined,
  seconds: number,
  context: SimulatorContext,
): readonly Placed[] {
  return as ? [[as.member, stated(seconds, as.unit, context)]] : [];
}

function stated(seconds: number, unit: StatedUnit, context: SimulatorContext): number | string {
  const endsAt = context.now() + context.settings.clockSkewMs + seconds * 1000;
  switch (unit) {
    case "seconds":
      return seconds;
    case "minutes":
      // A server that counts minutes has no way to say that a token lives for less than one.
      return Math.max(1, Math.floor(seconds / 60));
    case "milliseconds":
      return seconds * 1000;
    case "iso-8601":
      return new Date(endsAt).toISOString();
    case "http-date":
      return new Date(endsAt).toUTCString();
    case "epoch-seconds":
      return Math.floor(endsAt / 1000);
    case "epoch-milliseconds":
      return endsAt;
    case "json-date":
      return `/Date(${endsAt})/`;
  }
}

/** A copy with this member at a path of names and positions. A name that begins with a dot is no path. */
export function withMember(members: Members, path: string, value: unknown): Members {
  const [name = "", ...rest] = path.startsWith(".") ? [path] : path.split(".");
  return { ...members, [name]: nested(members[name], rest, value) };
}

function nested(present: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  if (!/^\d+$/.test(name))
    return { ...Object(present), [name]: nested(Object(present)[name], rest, value) };
  const list = Array.isArray(present) ? [...present] : [];
  list[Number(name)] = nested(list[Number(name)], rest, value);
  return list;
}
