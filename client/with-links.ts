/** How a transport asks with links: see {@link withLinks}. */
export interface LinkRequests {
  /** Follows the name of the realm's function. */
  readonly alias: string;
  /** Method and path, below `/v1`, of a request about a connection that rejects nothing. */
  route(connectionPath: string, consentId?: string): readonly [method: string, path: string];
}

/**
 * The option of either transport that makes token vending answer `consent-required` with a link for the person who is to
 * consent, `error.problem.consent`, and makes the transport fit for `waitForConsent`. AWS proves that a caller may have
 * links, so they are asked for by another alias, or over the API by another path, which is granted apart.
 *
 * @example
 * ```ts
 * import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
 * import { lambdaTransport } from "./client/lambda-transport.ts";
 * import { withLinks } from "./client/with-links.ts";
 *
 * export const transport = lambdaTransport({
 *   client: new LambdaClient(),
 *   InvokeCommand,
 *   functionName: process.env["VEND_CONNECTPAY"],
 *   withLinks,
 * });
 * ```
 */
export const withLinks: LinkRequests = {
  alias: ":with-links",
  route: (connectionPath, consentId) =>
    consentId
      ? ["GET", `consents/${connectionPath}/${encodeURIComponent(consentId)}`]
      : ["POST", `tokens/${connectionPath}/with-link`],
};
