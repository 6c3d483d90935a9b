import type { webcrypto } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import type { RealmInput } from "../../functions/providers/catalogue.ts";
import { aKeyPair } from "../support/a-client.ts";
import type { ForeignClient } from "../support/foreign-provider.ts";
import { startForeignProvider } from "../support/foreign-provider.ts";
import { startTestStack } from "../support/stack.ts";
import { expectAnswer, sameAnswer, versionOrCode } from "../support/stack-answers.ts";

type Settings = Partial<Extract<RealmInput, { provider: "client-credentials" }>>;

const secretName = "token-vending/client-credentials/test/default";

/** A stack with a realm of a server that we have not written, and its secret. */
async function grantWorld(
  client: Pick<ForeignClient, "grant">,
  settings: Settings,
  secret: Record<string, string>,
) {
  const stack = await startTestStack();
  const clientId = "vending";
  const foreign = await startForeignProvider([
    { clientId, authentication: "none", redirectUri: null, ...client },
  ]);
  onTestFinished(foreign.stop);
  await stack.secrets.add(secretName, { clientId, ...secret });
  const realm: RealmInput = {
    ...{ provider: "client-credentials", environment: "test", deadlineMs: 5000 },
    ...{ tokenUrl: `${foreign.issuer}/token`, clientAuthentication: "none" },
    ...settings,
  };
  return { stack, foreign, realm };
}

const publicJwk = ({ publicKey }: ReturnType<typeof aKeyPair>) =>
  publicKey.export({ format: "jwk" }) as webcrypto.JsonWebKey;

it("processes share the token of one assertion, and its key rotates without a restart", async () => {
  const [first, second] = [aKeyPair("P-256"), aKeyPair("rsa")];
  const assertionGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const settings: Settings = { grant: "jwt-bearer", assertion: { subject: "person-1" } };
  const { stack, foreign, realm } = await grantWorld({ grant: assertionGrant }, settings, {
    privateKey: first.pem,
  });
  await foreign.trust({ issuer: "vending", keys: [publicJwk(first)] });

  const all = await stack.startMany(3, realm);
  const [process] = all;
  const vended = sameAnswer(await Promise.all(all.map((each) => each.vend())));
  expect(await foreign.grantOf(vended.token)).toMatchObject({ subject: "person-1" });
  expect(await foreign.countGrants()).toBe(1);

  await foreign.trust({ issuer: "vending", keys: [publicJwk(second)] });
  const changed = { clientId: "vending", privateKey: second.pem, subject: "person-2" };
  await stack.secrets.rotate(secretName, changed);
  const renewed = expectAnswer((await process?.vend({ rejectedVersion: 1 })) ?? expect.fail());
  expect(renewed.version).toBe(2);
  expect(await foreign.grantOf(renewed.token)).toMatchObject({ subject: "person-2" });

  // The provider forgets the key, and is asked once with it.
  await foreign.trust({ issuer: "vending", keys: [] });
  for (const each of all)
    expect(versionOrCode(await each.vend({ rejectedVersion: 2 }))).toBe("credentials-rejected");
  expect(await foreign.countGrants()).toBe(2);
  expect(stack.printed()).not.toContain(second.pem.split("\n")[1]);
});

it("a user's password that is refused is sent once, however many ask, and a new one ends that", async () => {
  const canary = "CANARY-5d02";
  const { stack, foreign, realm } = await grantWorld(
    { grant: "password" },
    { grant: "password" },
    {
      ...{ username: "jo", password: canary },
    },
  );
  await foreign.enroll({ username: "jo", password: "another" });

  const all = await stack.startMany(3, realm);
  for (let round = 0; round < 2; round += 1)
    for (const vended of await Promise.all(all.map((each) => each.vend())))
      expect(versionOrCode(vended)).toBe("credentials-rejected");
  expect(await foreign.countRefusals()).toBe(1);

  const changed = { clientId: "vending", username: "jo", password: "another" };
  await stack.secrets.rotate(secretName, changed);
  await sleep(1000); // For as long a process may believe that the refused secret is still the current one.
  const vended = sameAnswer(await Promise.all(all.map((each) => each.vend())));
  expect(await foreign.grantOf(vended.token)).toMatchObject({ subject: "jo" });
  expect([await foreign.countGrants(), await foreign.countRefusals()]).toEqual([1, 1]);
  expect(stack.printed()).not.toContain(canary);
});

it("processes share the token that another one was exchanged for", async () => {
  const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
  const accessToken = "urn:ietf:params:oauth:token-type:access_token";
  const settings: Settings = {
    ...{ grant: "token-exchange", tokenExchange: { subjectTokenType: accessToken } },
  };
  const { stack, foreign, realm } = await grantWorld({ grant: exchangeGrant }, settings, {
    subjectToken: "of-a-partner",
  });
  await foreign.acceptToken({ token: "of-a-partner", subject: "partner-1" });

  const all = await stack.startMany(3, realm);
  const vended = sameAnswer(await Promise.all(all.map((each) => each.vend())));
  expect(await foreign.grantOf(vended.token)).toMatchObject({ subject: "partner-1" });
  expect(await foreign.countGrants()).toBe(1);
});
