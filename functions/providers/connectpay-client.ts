import * as v from "valibot";
import type { NotIssued } from "../model/provider.ts";
import type { Sensitive } from "../model/sensitive.ts";
import { basicAuthorization } from "./basic-authorization.ts";
import { certificateChain, certificatesIn, isKeyOf, privateKey } from "./client-certificate.ts";
import { formRequest } from "./form-request.ts";
import { notIssued } from "./not-issued.ts";
import type { PostForm } from "./revocation.ts";
import { basicClientId, readSecret, sensitiveText } from "./secret-fields.ts";
import type { IssuerContext } from "./token-exchange.ts";

const secretSchema = v.pipe(
  v.object({
    clientId: basicClientId,
    clientSecret: sensitiveText,
    tlsCertificateChain: v.optional(certificateChain),
    tlsPrivateKey: v.optional(privateKey),
  }),
  v.forward(
    v.check(
      ({ tlsCertificateChain, tlsPrivateKey }) => !tlsCertificateChain === !tlsPrivateKey,
      "is missing, or tlsCertificateChain is",
    ),
    ["tlsPrivateKey"],
  ),
  v.forward(
    v.check(
      ({ tlsCertificateChain: chain, tlsPrivateKey: key }) => !chain || !key || isKeyOf(chain, key),
      "must be the key of the first certificate of tlsCertificateChain",
    ),
    ["tlsPrivateKey"],
  ),
);

/** What we are at ConnectPay. */
export interface ConnectPayClient {
  readonly clientId: string;
  readonly post: PostForm;
  /** An expired certificate is refused in the handshake, where some servers just hang up: it is not shown to them. */
  expired(now: Date): NotIssued | null;
}

/** Mutual TLS and Basic, which is plain Base64. Fails with `secret-malformed`, naming the field. */
export function connectPayClient(text: Sensitive, wire: IssuerContext): ConnectPayClient {
  const secret = readSecret(text, secretSchema);
  const { clientId, clientSecret, tlsCertificateChain: chain, tlsPrivateKey: key } = secret;
  const [leaf] = certificatesIn(chain ?? "");
  return {
    clientId,
    post: (url, form) => ({
      ...formRequest(url, form, {
        authorization: basicAuthorization(clientId, clientSecret, "raw"),
        "x-request-id": wire.newRequestId(),
      }),
      ...(chain && key ? { clientCertificate: { chain, key } } : {}),
    }),
    expired: (now) => (leaf && leaf.validToDate <= now ? expiredAt(leaf.validToDate) : null),
  };
}

function expiredAt(instant: Date): NotIssued {
  const detail = `Our client certificate expired at ${instant.toISOString()}. Put a new one into the secret.`;
  return notIssued("credentials-rejected", detail);
}
