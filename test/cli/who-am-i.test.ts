import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { whoAmI } from "../../cli/who-am-i.ts";
import { listen } from "../../local/aws/listen.ts";

const arn = "arn:aws:sts::111122223333:assumed-role/operator/jo";

/** The caller as STS names it, with the authorization that STS has got. */
async function namedBy(status: number, body: string, endpoint?: unknown) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.headers.authorization}`);
    response.writeHead(status).end(body);
  });
  const { url, stop } = await listen(server);
  onTestFinished(stop);
  const config = {
    credentials: async () => ({ accessKeyId: "ASIAEXAMPLE", secretAccessKey: "canary-secret" }),
    endpoint,
    region: async () => "eu-west-1",
  };
  return { by: await whoAmI(config, () => url), seen };
}

test("an operator is who STS says, by a signed request", async () => {
  const { by, seen } = await namedBy(200, `<GetCallerIdentityResult><Arn>${arn}</Arn>`);
  expect(by).toBe(arn);
  expect(seen).toEqual([expect.stringMatching(/^AWS4-HMAC-SHA256 .*eu-west-1\/sts\/aws4_request/)]);
});

test.each([
  ["refuses", 403, ""],
  ["answers something else", 200, "<html>"],
])("an operator is the access key where STS %s", async (_, status, body) => {
  expect((await namedBy(status, body)).by).toBe("access key ASIAEXAMPLE");
});

test("the key of an AWS that is not AWS's is sent to nobody", async () => {
  const { by, seen } = await namedBy(200, `<Arn>${arn}</Arn>`, () => "http://localhost");
  expect([by, seen]).toEqual(["access key ASIAEXAMPLE", []]);
});
