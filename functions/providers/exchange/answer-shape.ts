import { isStandardError } from "./error-response.ts";
import type { LifetimeUnit } from "./stated-lifetime.ts";

/** Where a provider's answers differ from the standard's (RFC 6749 §5). A path leads through objects: `data.token`. */
export interface AnswerShape {
  readonly accessToken?: string | undefined;
  readonly tokenType?: string | undefined;
  /** Types of tokens that are sent as bearer tokens are. */
  readonly tokenTypes?: readonly string[] | undefined;
  readonly refreshToken?: string | undefined;
  readonly idToken?: string | undefined;
  readonly scope?: string | undefined;
  readonly lifetime?: StatedLifetime | undefined;
  /** Of the refresh token. */
  readonly refreshLifetime?: StatedLifetime | undefined;
  readonly error?: string | undefined;
  /** What stands in the place of an error in an answer that is none. */
  readonly successCodes?: readonly string[] | undefined;
  /** What the provider answers when it refuses our own credentials. */
  readonly refusal?: RefusalSigns | undefined;
  /** What it answers when it no longer accepts a person's consent. */
  readonly consentEnd?: RefusalSigns | undefined;
}

interface StatedLifetime {
  readonly member: string;
  readonly unit: LifetimeUnit;
}

interface RefusalSigns {
  readonly codes?: readonly string[] | undefined;
  readonly statuses?: readonly number[] | undefined;
}

type Members = Readonly<Record<string, unknown>>;

/** The settings that lead to a member of the standard's. */
const standardNames = [
  ["accessToken", "access_token"],
  ["tokenType", "token_type"],
  ["refreshToken", "refresh_token"],
  ["idToken", "id_token"],
  ["scope", "scope"],
] as const;

/**
 * The members of an answer under the standard's names. Where a path leads nowhere, so does the name: another member of that
 * name may be another token.
 */
export function standardMembers(
  shape: AnswerShape,
  members: Members | null,
  status: number,
): Members | null {
  const found = members && { ...members, ...movedMembers(shape, members) };
  const error = standardError(shape, members, status);
  return error === undefined ? found : { ...found, error };
}

function movedMembers(shape: AnswerShape, members: Members): Members {
  const { lifetime, refreshLifetime, tokenTypes = [] } = shape;
  const moved = standardNames.map(([setting, name]) => {
    const path = shape[setting];
    return [name, path === undefined ? members[name] : memberAt(members, path)] as const;
  });
  const named: Members = Object.fromEntries(moved);
  const type = named["token_type"];
  return {
    ...named,
    ...(typeof type === "string" && tokenTypes.includes(type) && { token_type: "bearer" }),
    ...(lifetime && { expires_in: memberAt(members, lifetime.member) }),
    ...(refreshLifetime && {
      refresh_token_expires_in: memberAt(members, refreshLifetime.member),
    }),
  };
}

/**
 * The standard's error for what the provider answers (RFC 6749 §5.2): what is configured to mean a refusal or the end of a
 * consent, or else what the answer says. Null where it says that there is none; undefined to leave the answer as it is.
 */
function standardError(
  { error: path, successCodes, refusal = {}, consentEnd = {} }: AnswerShape,
  members: Members | null,
  status: number,
): unknown {
  const stated = path === undefined ? undefined : memberAt(members, path);
  const error = stated ?? memberAt(members, "error");
  const code = typeof error === "number" ? String(error) : error;
  if (status < 300 && includes(successCodes, code)) return null;
  const signs = [
    [consentEnd, "invalid_grant"],
    [refusal, "invalid_client"],
  ] as const;
  const byCode = signs.find(([{ codes }]) => includes(codes, code));
  if (byCode) return byCode[1];
  if (isStandardError(error)) return error;
  const byStatus = signs.find(([{ statuses }]) => includes(statuses, status));
  return byStatus?.[1] ?? stated ?? undefined;
}

function includes(some: readonly unknown[] | undefined, value: unknown): boolean {
  return some?.includes(value) ?? false;
}

/**
 * The own member of that name, or at that path, such as `data.token` or `accounts.0.token`; undefined where there is none.
 */
export function memberAt(value: unknown, path: string): unknown {
  const own = ownMember(value, path);
  return own === undefined ? path.split(".").reduce(ownMember, value) : own;
}

function ownMember(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  // Not the length of a list.
  if (Array.isArray(value) && !/^\d+$/.test(name)) return undefined;
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
