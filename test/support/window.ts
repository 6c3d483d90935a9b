import type { SimulatedUser } from "../../local/simulators/oauth/users.ts";
import { createUserAgent } from "../local/simulators/oauth/user-agent.ts";

/** A window of a browser, in which a person opens a link of ours, consents at the provider and comes back. */
export async function consentInAWindow(link: string, person: SimulatedUser): Promise<Response> {
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
  const departure = await go(link, "POST");
  const authorizeUrl = departure.headers.get("location");
  if (!authorizeUrl) throw new Error(`${departure.status}: the page leads nowhere.`);
  return go(await createUserAgent(person).consent(authorizeUrl));
}
