import type { HttpResponse } from "../platform/http-request.ts";
import { HttpFailure } from "../platform/http-request.ts";
import { parseJson } from "../platform/parse-json.ts";
import type { IssuerContext } from "./token-exchange.ts";

/**
 * A client certificate is not only refused by a TLS alert: ConnectPay's web tier checks it, and its application compares
 * it with the registered one. Their answer is no OAuth error, and comes before anything else is looked at.
 * https://docs.connectpay.com/guides/integration
 */
export function detectCertificateRejection(wire: IssuerContext): IssuerContext {
  return {
    ...wire,
    send: async (request, signal) => {
      const response = await wire.send(request, signal);
      if (isCertificateRefused(response)) throw new HttpFailure("certificate", false);
      return response;
    },
  };
}

/** What is said of a certificate: not 404, which is said of an address, whatever its page names. */
const statuses: ReadonlySet<number> = new Set([400, 401, 403]);

/** A 403, or what names a certificate, as nginx does with 400. A page that does not is a wall's, which may open. */
function isCertificateRefused({ status, body }: HttpResponse): boolean {
  const text = body ?? "";
  if (!statuses.has(status)) return false;
  const value = parseJson(text);
  if (typeof value === "object" && value !== null) return status === 403 && !("error" in value);
  return /certificate/i.test(text) || (status === 403 && text === "");
}
