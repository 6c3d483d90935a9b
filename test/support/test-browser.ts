import type { Clock } from "../../functions/model/clock.ts";
import { plusMs } from "../../functions/model/clock.ts";
import { aContext } from "./a-proxy-event.ts";
import type { Api } from "./web-events.ts";
import { webEvent } from "./web-events.ts";

type Handler = (event: unknown, context: ReturnType<typeof aContext>) => Promise<unknown>;

export interface PageResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly setCookie: string | null;
  /** The page's heading. */
  readonly title: string;
}

/** A browser with a cookie jar, which sends every cookie until it expires, and follows redirects on its own host. */
export class TestBrowser {
  readonly #handler: Handler;
  readonly #api: Api;
  readonly #clock: Clock;
  readonly cookies = new Map<string, { readonly value: string; readonly until: Date }>();

  constructor(handler: Handler, api: Api, clock: Clock) {
    this.#handler = handler;
    this.#api = api;
    this.#clock = clock;
  }

  async get(url: string): Promise<PageResponse> {
    return this.#followed(await this.ask("GET", url), url);
  }

  /** Takes a function's answer to a request for this address. */
  async receive(answer: unknown, url: string): Promise<PageResponse> {
    return this.#followed(this.#keptCookie(readPageResponse(answer)), url);
  }

  /** Submits the form of the page at this address. */
  post(url: string): Promise<PageResponse> {
    return this.ask("POST", url);
  }

  /** Opens a link and continues. Returns the address at the provider. */
  async goToProvider(link: string): Promise<string> {
    await this.get(link);
    const { status, headers } = await this.post(link);
    if (status !== 303) throw new Error(`It is answered ${status}.`);
    return headers["Location"] ?? "";
  }

  /** Follows the provider's redirect to the callback. */
  returnFromProvider(authorizeUrl: string, answer: URLSearchParams): Promise<PageResponse> {
    return this.get(callbackUrl(authorizeUrl, answer));
  }

  /** Loses the cookies with such names. */
  forget(names: RegExp): void {
    for (const name of this.cookies.keys()) if (names.test(name)) this.cookies.delete(name);
  }

  /** One request, without following its redirect. */
  async ask(method: string, url: string): Promise<PageResponse> {
    const answer = await this.#handler(this.event(method, url), aContext());
    return this.#keptCookie(readPageResponse(answer));
  }

  /** The event of a request of this browser. */
  event(method: string, url: string): object {
    const now = this.#clock.now();
    const validCookies = [...this.cookies].filter(([, { until }]) => until > now);
    const cookies = validCookies.map(([name, { value }]) => `${name}=${value}`);
    return webEvent(this.#api, { method, url, cookies });
  }

  #keptCookie(seen: PageResponse): PageResponse {
    const [, name, value = "", seconds] =
      /^([^=]+)=([^;]+);.* Max-Age=(\d+)$/.exec(seen.setCookie ?? "") ?? [];
    const until = plusMs(this.#clock.now(), Number(seconds) * 1000);
    if (name) this.cookies.set(name, { value, until });
    return seen;
  }

  #followed(seen: PageResponse, url: string): PageResponse | Promise<PageResponse> {
    const next = URL.parse(seen.headers["Location"] ?? "", url);
    return seen.status === 303 && next?.origin === new URL(url).origin ? this.get(next.href) : seen;
  }
}

/** The address to which a provider redirects with these parameters. */
export function callbackUrl(authorizeUrl: string, answer: URLSearchParams): string {
  return `${new URL(authorizeUrl).searchParams.get("redirect_uri")}?${answer}`;
}

/** Parses a response in either API's format. */
export function readPageResponse(answer: unknown): PageResponse {
  const { statusCode, headers, body, cookies } = answer as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
    cookies?: string[];
  };
  const [, title = ""] = /<h1>(.*?)<\/h1>/s.exec(body) ?? [];
  const setCookie = cookies?.[0] ?? headers["Set-Cookie"] ?? null;
  return { status: statusCode, headers, body, setCookie, title };
}
