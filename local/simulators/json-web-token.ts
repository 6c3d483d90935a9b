import { createHmac } from "node:crypto";

/** HS256 (RFC 7519), for providers whose tokens are read for their instants only. */
export function signJsonWebToken(claims: Readonly<Record<string, unknown>>, key: Buffer): string {
  const signed = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(claims)}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

function encoded(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
