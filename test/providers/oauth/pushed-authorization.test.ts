import { describe, expect, test } from "vitest";
import { Sensitive } from "../../../functions/model/sensitive.ts";
import type { HttpFailure } from "../../../functions/platform/http-request.ts";
import type { RealmInput } from "../../../functions/providers/catalogue.ts";
import { sampleAuthorizationRequest } from "../../support/a-consent.ts";
import type { ScriptedAnswer } from "../../support/an-issuer.ts";
import { aProvider, noAnswer } from "../../support/an-issuer.ts";

const secret = new Sensitive('{"clientId":"client 1","clientSecret":"s"}');
const never = new AbortController().signal;

describe("a request that is pushed (RFC 9126)", () => {
  const pushing = {
    provider: "authorization-code",
    environment: "acme",
    authorizeUrl: "https://login.example/authorize?tenant=a%20b",
    tokenUrl: "https://api.example/token",
    pkce: false,
    pushedAuthorizationUrl: "https://api.example/par",
    authorizationParameters: { access_type: "offline" },
  } satisfies RealmInput;
  async function pushed(answer: ScriptedAnswer | HttpFailure) {
    const { provider, requests } = aProvider(pushing, answer);
    return { flow: (await provider.consent?.()) ?? expect.fail("no consents"), requests };
  }
  const pushWith = async (answer: ScriptedAnswer | HttpFailure) => {
    const { flow } = await pushed(answer);
    return flow.authorizeUrl(secret, sampleAuthorizationRequest, never);
  };

  test("tells the browser no more than its name", async () => {
    const body = '{"request_uri":"urn:ietf:params:oauth:request_uri:a+b","expires_in":60}';
    const { flow, requests } = await pushed({ status: 201, body });
    expect(await flow.authorizeUrl(secret, sampleAuthorizationRequest, never)).toBe(
      "https://login.example/authorize?tenant=a%20b&client_id=client%201&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Aa%2Bb",
    );
    const [request] = requests;
    expect(request).toMatchObject({ method: "POST", url: "https://api.example/par" });
    expect(request?.headers).toHaveProperty("authorization");
    expect([...new URLSearchParams(String(request?.body))]).toEqual([
      ["response_type", "code"],
      ["client_id", "client 1"],
      ["redirect_uri", sampleAuthorizationRequest.redirectUri],
      ["state", "state-1"],
      ["access_type", "offline"],
    ]);
  });

  test("is a form, whatever token requests are", async () => {
    const { provider, requests } = aProvider(
      { ...pushing, requestFormat: "json" },
      { status: 201, body: '{"request_uri":"u"}' },
    );
    await (await provider.consent?.())?.authorizeUrl(secret, sampleAuthorizationRequest, never);
    expect(requests[0]?.headers).toMatchObject({
      "content-type": "application/x-www-form-urlencoded",
    });
  });

  test("says a public client's id once", async () => {
    const { flow, requests } = await pushed({ status: 201, body: '{"request_uri":"u"}' });
    const open = new Sensitive('{"clientId":"client 1"}');
    await flow.authorizeUrl(open, sampleAuthorizationRequest, never);
    const form = new URLSearchParams(String(requests[0]?.body));
    expect(form.getAll("client_id")).toEqual(["client 1"]);
  });

  test("is not pushed to check a secret, which fails where the address would", async () => {
    const { flow, requests } = await pushed({});
    flow.checkSecret(secret);
    expect(() => flow.checkSecret(new Sensitive('{"clientSecret":"s"}'))).toThrow("clientId");
    expect(requests).toEqual([]);
  });

  test.each<[ScriptedAnswer | HttpFailure, code: string]>([
    [{ status: 401, body: '{"error":"invalid_client"}' }, "credentials-rejected"],
    [{ status: 400, body: '{"error":"invalid_request"}' }, "credentials-rejected"],
    // No grant has been presented yet.
    [{ status: 400, body: '{"error":"invalid_grant"}' }, "credentials-rejected"],
    [{ status: 503 }, "provider-unavailable"],
    [noAnswer.dropped, "provider-unavailable"],
  ])("that is answered %o ends in %s, before the person is sent anywhere", async (answer, code) => {
    await expect(pushWith(answer)).rejects.toMatchObject({ name: "VendingError", code });
  });

  test.each(["{}", '{"request_uri":"a b"}', '{"request_uri":7}', "<html>"])(
    "that is answered without a name for it, by %s, ends before the person is sent anywhere",
    async (body) => {
      await expect(pushWith({ status: 201, body })).rejects.toMatchObject({
        name: "VendingError",
        code: "provider-malformed",
        message: "The provider answered a pushed request without its request_uri.",
      });
    },
  );
});
