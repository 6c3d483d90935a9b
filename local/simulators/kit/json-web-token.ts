import { createHmac } from "node:crypto";

export type Claims = Readonly<Record<string, unknown>>;

/** HS256 (RFC 7519), for providers whose tokens are only decoded. */
export function signJsonWebToken(claims: Claims, key: Buffer | string): string {
  return assembleJsonWebToken({ alg: "HS256", typ: "JWT" }, claims, (signed) =>
    createHmac("sha256", key).update(signed).digest(),
  );
}

/** Compact serialization (RFC 7515 §3.1) with the given signature function. */
export function assembleJsonWebToken(
  header: Claims,
  claims: Claims,
  sign: (signed: string) => Buffer,
): string {
  const signed = `${encodePart(header)}.${encodePart(claims)}`;
  return `${signed}.${sign(signed).toString("base64url")}`;
}

function encodePart(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
