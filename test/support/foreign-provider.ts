import { fork } from "node:child_process";
import type { webcrypto } from "node:crypto";
import { fileURLToPath } from "node:url";
import { childCalls, killChild, untilReady } from "./child-calls.ts";
import { aWindow } from "./consent-in-browser.ts";

const PROCESS = fileURLToPath(new URL("./foreign-provider-process.mjs", import.meta.url));

/** A client as it is registered there. */
export interface ForeignClient {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly authentication:
    | "client_secret_basic"
    | "client_secret_post"
    | "private_key_jwt"
    | "tls_client_auth"
    | "self_signed_tls_client_auth"
    | "none";
  /** The public keys by which it signs, or that of its own certificate. */
  readonly keys?: readonly webcrypto.JsonWebKey[];
  /** Its tokens are bound to a key (RFC 9449 §5.2). */
  readonly isBound?: boolean;
  /** It takes no authorization request from a browser. */
  readonly mustPush?: boolean;
  /** Null for a client without people, which is granted tokens for its own credentials. */
  readonly redirectUri: string | null;
  /** What a client without people presents instead. */
  readonly grant?: string;
}

/** Who may assert something there, and the keys by which it signs. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly keys: readonly webcrypto.JsonWebKey[];
}

/** Whose password opens an account there. */
interface ForeignUser {
  readonly username: string;
  readonly password: string;
}

/** PEM: the server's chain and key, and the authority whose clients it knows. */
interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** An OpenID provider that we have not written: oidc-provider, on a port of this machine. */
export interface ForeignProvider {
  readonly issuer: string;
  /** The same server by TLS, where it asks for a certificate; null without one of its own. */
  readonly secureOrigin: string | null;
  /** To which client it has issued a token for its own credentials, and for which resource. */
  clientOf(accessToken: string): Promise<{ clientId: string; resource: unknown } | null>;
  /** From now on it refuses a proof of possession without its nonce (RFC 9449 §8), or does no longer. */
  wantNonces(wanted: boolean): Promise<void>;
  /** The thumbprint of the key to which a token is bound (RFC 7638); null where there is none. */
  boundTo(token: string): Promise<string | null>;
  /** Takes the keys of an issuer for those that it has, instead of any before. */
  trust(issuer: TrustedIssuer): Promise<void>;
  /** For whom and for what it has issued a token by a grant of its own; null where it has not. */
  grantOf(accessToken: string): Promise<{
    clientId: string;
    subject: string | null;
    scope: string | null;
  } | null>;
  /** Takes the password for the user's, instead of any before. */
  enroll(user: ForeignUser): Promise<void>;
  /** Takes a token of others for this subject's. */
  acceptToken(accepted: { token: string; subject: string }): Promise<void>;
  /** How many token requests it has refused. */
  countRefusals(): Promise<number>;
  /** How many tokens it has issued by such grants. */
  countGrants(): Promise<number>;
  /** Every refresh token that it has issued, the last one last. */
  refreshTokens(): Promise<readonly string[]>;
  /** People withdraw their consents there. */
  withdrawAll(): Promise<void>;
  /** Whose token this is; null when it is not accepted. */
  subjectOf(accessToken: string): Promise<string | null>;
  stop(): Promise<void>;
}

export async function startForeignProvider(
  clients: readonly ForeignClient[],
  certificate?: ServerCertificate,
): Promise<ForeignProvider> {
  const child = fork(PROCESS, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const output: string[] = [];
  child.stdout?.on("data", (text) => output.push(String(text)));
  child.stderr?.on("data", (text) => output.push(String(text)));
  const call = childCalls(child, "The foreign provider", output);
  await untilReady(child, "The foreign provider", output);
  const opened = await call("open", { clients, certificate });
  const { issuer, secureOrigin } = opened as Pick<ForeignProvider, "issuer" | "secureOrigin">;
  return {
    issuer,
    secureOrigin,
    clientOf: (token) => call("clientOf", token) as ReturnType<ForeignProvider["clientOf"]>,
    wantNonces: async (wanted) => void (await call("wantNonces", wanted)),
    boundTo: (token) => call("boundTo", token) as Promise<string | null>,
    trust: async (trusted) => void (await call("trust", trusted)),
    grantOf: (token) => call("grantOf", token) as ReturnType<ForeignProvider["grantOf"]>,
    enroll: async (user) => void (await call("enroll", user)),
    acceptToken: async (accepted) => void (await call("acceptToken", accepted)),
    countRefusals: async () => Number(await call("countRefusals", null)),
    countGrants: async () => Number(await call("countGrants", null)),
    refreshTokens: async () => (await call("refreshTokens", null)) as string[],
    withdrawAll: async () => void (await call("withdrawAll", null)),
    async subjectOf(accessToken) {
      const headers = { authorization: `Bearer ${accessToken}` };
      const response = await fetch(`${issuer}/me`, { headers });
      return response.ok ? ((await response.json()) as { sub: string }).sub : null;
    },
    stop: () => killChild(child),
  };
}

type Decision = "agree" | "decline";

/** A person with a browser at the foreign provider: logs in if asked, and decides. Returns the callback's address, not yet opened. */
export function aPersonAtForeign(login: string) {
  const { go, submit } = aWindow();

  /** Fills in a page. Returns where the browser is sent. */
  async function fillIn(page: Response, address: URL, decision: Decision): Promise<string> {
    const html = await page.text();
    const [, prompt] = /name="prompt" value="(login|consent)"/.exec(html) ?? [];
    if (!prompt) throw new Error(`${page.status} from ${address}: ${html}`);
    if (decision === "decline" && prompt === "consent") return `${address}/abort`;
    const answer = await submit(address, { prompt, login, password: "any" });
    return answer.headers.get("location") ?? "";
  }

  return async (authorizeUrl: string, decision: Decision = "agree"): Promise<URL> => {
    let address = new URL(authorizeUrl);
    const { origin } = address;
    while (address.origin === origin) {
      const page = await go(address);
      const location = page.headers.get("location");
      address = new URL(location ?? (await fillIn(page, address, decision)), address);
    }
    return address;
  };
}
