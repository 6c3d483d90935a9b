import type { Sensitive } from "../model/sensitive.ts";
import type { HttpRequest } from "../platform/http-request.ts";
import { HttpFailure } from "../platform/http-request.ts";
import type { IssuerContext } from "./token-exchange.ts";
import { sendOrFailure } from "./token-exchange.ts";

/** A form to one of a provider's addresses, with the client's own authentication. */
export type PostForm = (url: string, form: URLSearchParams) => HttpRequest;

/**
 * Ends a consent at its provider (RFC 7009): true once the provider says so, null where it has no address for it.
 * Never fails: whoever forgets a consent goes on all the same.
 */
export async function revoke(
  wire: IssuerContext,
  url: string | undefined,
  openClient: () => PostForm,
  refreshToken: Sensitive,
  signal: AbortSignal,
): Promise<boolean | null> {
  if (url === undefined) return null;
  const form = new URLSearchParams({
    token: refreshToken.expose(),
    token_type_hint: "refresh_token",
  });
  try {
    const response = await sendOrFailure(wire, openClient()(url, form), signal);
    // §2.2 has 200; 204 says the same in fewer words.
    return !(response instanceof HttpFailure) && [200, 204].includes(response.status);
  } catch {
    return false;
  }
}
