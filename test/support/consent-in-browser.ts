import type { SimulatedUser } from "../../local/simulators/oauth/users.ts";
import { createUserAgent } from "../local/simulators/oauth/user-agent.ts";

/** Opens a consent link, consents at the provider and follows the callback, with a cookie jar. */
export async function consentInBrowser(link: string, user: SimulatedUser): Promise<Response> {
  const cookies = new Map<string, string>();

  async function go(url: string | URL, method = "GET"): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = cookie === "" ? {} : { cookie };
    const response = await fetch(url, { method, headers, redirect: "manual" });
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    return response;
  }

  await go(link);
  const redirect = await go(link, "POST");
  const authorizeUrl = redirect.headers.get("location");
  if (!authorizeUrl) throw new Error(`${redirect.status}: the page leads nowhere.`);
  return go(await createUserAgent(user).consent(authorizeUrl));
}
