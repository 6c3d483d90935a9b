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

/** A browser with a cookie jar, which sends every cookie until it expires. */
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

  get(url: string): Promise<PageResponse> {
    return this.#request("GET", url);
  }

  /** Submits the form of the page at this address. */
  post(url: string): Promise<PageResponse> {
    return this.#request("POST", url);
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
    const callback = new URL(authorizeUrl).searchParams.get("redirect_uri");
    return this.get(`${callback}?${answer}`);
  }

  async #request(method: string, url: string): Promise<PageResponse> {
    const now = this.#clock.now();
    const validCookies = [...this.cookies].filter(([, { until }]) => until > now);
    const cookies = validCookies.map(([name, { value }]) => `${name}=${value}`);
    const event = webEvent(this.#api, { method, url, cookies });
    const seen = readPageResponse(await this.#handler(event, aContext()));
    if (seen.setCookie) this.#setCookie(seen.setCookie, now);
    return seen;
  }

  #setCookie(setCookie: string, now: Date): void {
    const [, name = "", value = "", seconds] =
      /^([^=]+)=([^;]+);.* Max-Age=(\d+)$/.exec(setCookie) ?? [];
    this.cookies.set(name, { value, until: plusMs(now, Number(seconds) * 1000) });
  }
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
