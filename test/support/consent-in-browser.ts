import type { SimulatedUser } from "../../local/simulators/oauth/users.ts";
import type { ConsentChoices } from "../local/simulators/oauth/user-agent.ts";
import { createUserAgent } from "../local/simulators/oauth/user-agent.ts";

/** A consent page in a browser window. */
export interface SeenPage {
  readonly status: number;
  readonly html: string;
  /** The page's heading. */
  readonly title: string;
}

/** A browser window with its cookies, for tests that do not depend on the browser. */
export function aWindow() {
  const cookies = new Map<string, string>();

  async function send(url: string | URL, init: RequestInit): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = cookie === "" ? {} : { cookie };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    return response;
  }

  const go = (url: string | URL, method = "GET"): Promise<Response> => send(url, { method });

  /** Opens an address, and follows redirects on its own host. */
  async function follow(url: string | URL): Promise<Response> {
    const response = await go(url);
    const location = response.headers.get("location");
    const next = location === null ? null : URL.parse(location, String(url));
    return next?.origin === new URL(url).origin ? follow(next) : response;
  }

  return {
    go,
    follow,
    /** Sends a form. */
    submit: (url: string | URL, fields: Record<string, string>): Promise<Response> =>
      send(url, { method: "POST", body: new URLSearchParams(fields) }),
    /** Opens a link and continues. Returns the address at the provider. */
    async setOut(link: string): Promise<string> {
      await go(link);
      const departure = await go(link, "POST");
      const authorizeUrl = departure.headers.get("location");
      if (!authorizeUrl) throw new Error(`${departure.status}: the page leads nowhere.`);
      return authorizeUrl;
    },
    async read(url: string | URL): Promise<SeenPage> {
      const response = await follow(url);
      const html = await response.text();
      const [, title = ""] = /<h1>(.*?)<\/h1>/s.exec(html) ?? [];
      return { status: response.status, html, title };
    },
  };
}

/** A window in which a person opens a consent link, consents at the provider and returns. */
export async function consentInBrowser(
  link: string,
  person: SimulatedUser,
  wishes: ConsentChoices = {},
): Promise<Response> {
  const window = aWindow();
  const authorizeUrl = await window.setOut(link);
  return window.follow(await createUserAgent(person).consent(authorizeUrl, wishes));
}
