import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export interface CodeServer {
  readonly url: string;
  /** The forms that the token endpoint received. */
  readonly forms: URLSearchParams[];
  /** The user agrees. Returns the address that the browser is redirected to. */
  agree(authorizeUrl: string): string;
  /** The token issued last. */
  accessToken(): string;
  /** The token that was issued for the code of this callback. */
  tokenOf(callback: string): string;
}

const tokenFor = (code: string) => code.replace("canary-code-", "canary-access-");

/** An authorization server (RFC 6749 §4.1, RFC 7636) without login pages. */
export async function startCodeServer(): Promise<CodeServer> {
  const forms: URLSearchParams[] = [];
  const challenges = new Map<string, { challenge: string; redirectUri: string }>();
  let accessToken = "none";

  function redeem(form: URLSearchParams): object | null {
    const code = form.get("code") ?? "";
    const requested = challenges.get(code);
    challenges.delete(code);
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "");
    if (requested?.challenge !== challenge.digest("base64url")) return null;
    if (requested.redirectUri !== form.get("redirect_uri")) return null;
    accessToken = tokenFor(code);
    return {
      token_type: "Bearer",
      access_token: accessToken,
      refresh_token: `canary-refresh-${randomUUID()}`,
      expires_in: 3600,
      scope: "email",
    };
  }

  const server = createServer(async (request: IncomingMessage, response) => {
    const form = new URLSearchParams(await text(request));
    forms.push(form);
    const answer = redeem(form);
    response.writeHead(answer ? 200 : 400, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer ?? { error: "invalid_grant" }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    forms,
    accessToken: () => accessToken,
    tokenOf: (callback) => tokenFor(new URL(callback).searchParams.get("code") ?? ""),
    agree(authorizeUrl) {
      const { searchParams } = new URL(authorizeUrl);
      const redirectUri = searchParams.get("redirect_uri") ?? "";
      const code = `canary-code-${randomUUID()}`;
      challenges.set(code, { challenge: searchParams.get("code_challenge") ?? "", redirectUri });
      const state = searchParams.get("state") ?? "";
      return `${redirectUri}?${new URLSearchParams({ code, state })}`;
    },
  };
}
