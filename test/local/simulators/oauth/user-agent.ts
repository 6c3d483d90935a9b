import type { SimulatedUser } from "../../../../local/simulators/oauth/users.ts";

export interface ConsentChoices {
  readonly customer?: string;
  /** Default: all that are requested. */
  readonly scopes?: readonly string[];
  readonly decision?: "allow" | "deny";
}

/** Follows redirects and submits forms as a browser does. Keeps every page that it received. */
export function createUserAgent(person: SimulatedUser) {
  const pages: string[] = [];

  async function open(url: string | URL, form?: URLSearchParams): Promise<Response> {
    const response = await fetch(resolved(url), {
      redirect: "manual",
      ...(form ? { method: "POST", body: form } : {}),
    });
    if (response.headers.get("content-type")?.startsWith("text/html")) {
      pages.push(await response.clone().text());
    }
    return response;
  }

  /** The target of a redirect. */
  function next(response: Response, from: string | URL): URL {
    const location = response.headers.get("location");
    if (location === null) throw new Error(`${response.status} from ${from} leads nowhere`);
    return new URL(location, from);
  }

  async function submit(url: URL, fields: Record<string, string> | URLSearchParams): Promise<URL> {
    return next(await open(url, new URLSearchParams(fields)), url);
  }

  async function logIn(signInUrl: URL): Promise<URL> {
    await open(signInUrl);
    const { login, password } = person;
    return submit(signInUrl, { login, password });
  }

  /** Fills in the forms from the login page on. Returns the response to the last one. */
  async function decide(signInUrl: URL, wishes: ConsentChoices = {}): Promise<Response> {
    let url = await logIn(signInUrl);
    if (url.pathname.startsWith("/customer/")) {
      url = await submit(url, { customer: wishes.customer ?? person.customers[0] ?? "" });
    }
    const page = await (await open(url)).text();
    const offered = [...page.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope]) => scope);
    const form = new URLSearchParams({ decision: wishes.decision ?? "allow" });
    for (const scope of wishes.scopes ?? offered) form.append("scope", scope ?? "");
    return open(url, form);
  }

  return {
    pages,
    open,
    next,
    submit,
    logIn,
    decide,
    /** Goes from the authorization endpoint back to the client. Returns the callback's address. */
    async consent(authorizeUrl: string | URL, wishes: ConsentChoices = {}): Promise<URL> {
      const signInUrl = next(await open(authorizeUrl), authorizeUrl);
      return next(await decide(signInUrl, wishes), signInUrl);
    },
  };
}

/** Names under localhost are this machine's (RFC 6761, section 6.3); browsers know that, Node asks a server. */
function resolved(url: string | URL): URL {
  const address = new URL(url);
  if (address.hostname.endsWith(".localhost")) address.hostname = "localhost";
  return address;
}
