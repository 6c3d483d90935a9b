import type { Person } from "../../local/simulators/oauth/people.ts";
import { aPerson } from "../local/simulators/oauth/a-person.ts";

/** A page of ours, as a window shows it. */
export interface Page {
  readonly status: number;
  readonly html: string;
  /** The page's heading. */
  readonly title: string;
}

/** A window of a browser with its cookies: for what does not depend on which browser it is. */
export function aWindow() {
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

  return {
    go,
    /** Opens a link and continues: where the provider is to be asked. */
    async setOut(link: string): Promise<string> {
      await go(link);
      const departure = await go(link, "POST");
      const authorizeUrl = departure.headers.get("location");
      if (!authorizeUrl) throw new Error(`${departure.status}: the page leads nowhere.`);
      return authorizeUrl;
    },
    async read(url: string | URL): Promise<Page> {
      const response = await go(url);
      const html = await response.text();
      const [, title = ""] = /<h1>(.*?)<\/h1>/s.exec(html) ?? [];
      return { status: response.status, html, title };
    },
  };
}

/** A window, in which a person opens a link of ours, consents at the provider and comes back. */
export async function consentInAWindow(link: string, person: Person): Promise<Response> {
  const window = aWindow();
  const authorizeUrl = await window.setOut(link);
  return window.go(await aPerson(person).consent(authorizeUrl));
}
