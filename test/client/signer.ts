import { createHash, createHmac } from "node:crypto";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SignatureV4 } from "@smithy/signature-v4";
import { LOCAL_LOCATION } from "../../local/aws/arns.ts";
import type { AccessKeys } from "../../local/aws/sigv4/principals.ts";
import type { Received } from "./http-server.ts";

const credentials = {
  accessKeyId: "consumer",
  secretAccessKey: "consumer",
  sessionToken: "session",
};

/** The AWS SDK's signer, as a consumer passes it to the client. */
export const signerWith = (keys: AccessKeys) =>
  new SignatureV4({
    service: "execute-api",
    region: LOCAL_LOCATION.region,
    credentials: keys,
    sha256: new LambdaClient().config.sha256,
  });

export const sdkSigner = signerWith(credentials);

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16)}`);

/**
 * Computes the correct signature of a received request:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function expectedSignature({ method, url, headers, body }: Received): string {
  const authorization = String(headers.authorization);
  const [, signed = ""] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
  const [, scope = ""] = /Credential=[^/]+\/([^,]+)/.exec(authorization) ?? [];
  const [path = "", query = ""] = url.split("?");
  const canonical = [
    method,
    path.split("/").map(encoded).join("/"),
    query.split("&").sort().join("&"),
    ...signed.split(";").map((name) => `${name}:${headers[name]}`),
    "",
    signed,
    sha256(body),
  ].join("\n");
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  return hmac(key, text).toString("hex");
}

/** The signature of a request, and the headers that it covers. */
export function signatureOf({ headers }: Received): { signature: string; signed: string[] } {
  const authorization = String(headers.authorization);
  const [, signature = ""] = /Signature=(\w+)/.exec(authorization) ?? [];
  const [, signed = ""] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
  return { signature, signed: signed.split(";") };
}
