import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { ConsentLink } from "../../functions/http/link-contract.ts";
import type { ConnectionAnswer, ConnectionPage } from "../../functions/http/status-contract.ts";
import type { AwsRequest } from "../../local/aws/sigv4/guard.ts";
import type { LocalRealm } from "../../local/local-realm.ts";
import { signedFetch } from "../../local/signed-fetch.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startStack } from "../../local/stack.ts";
import type { VendClient } from "../../local/vend-client.ts";
import { createVendClient, useCredential } from "../../local/vend-client.ts";
import { simulateAccess } from "../access/simulate-access.ts";
import { consentInBrowser } from "../support/consent-in-browser.ts";
import type { IamRequest } from "../support/iam-requests.ts";
import { iamRequestOf, policiesOfRole } from "../support/iam-requests.ts";
import { expectAnswer } from "../support/stack-answers.ts";

const folder = mkdtempSync(path.join(tmpdir(), "token-vending-walls-"));
const told: AwsRequest[] = [];
let stack: LocalStack;
let client: VendClient;

beforeAll(async () => {
  stack = await startStack({
    folder,
    bundled: inject("bundlesFolder"),
    onRequest: (request) => told.push(request),
  });
  client = createVendClient(stack.lambda.url, stack.identities.consumer.keys);
});

afterAll(async () => {
  client.close();
  await stack.stop();
  rmSync(folder, { recursive: true });
});

const nameOf = ({ settings }: LocalRealm) => `${settings.provider}/${settings.environment}`;
const consentRealms = () => stack.providers.realms.filter(({ user }) => user);
const asOperator = (address: string, method = "GET") =>
  signedFetch(stack.identities.operator.keys, `${stack.http.url}/v1/${address}`, { method });

async function statusOf(realm: LocalRealm): Promise<ConnectionAnswer | undefined> {
  const response = await asOperator(`connections?realm=${encodeURIComponent(nameOf(realm))}`);
  const { connections } = (await response.json()) as ConnectionPage;
  return connections.find(({ connection }) => connection === `${nameOf(realm)}/default`);
}

describe("on the laptop", () => {
  it("a person opens the link that the API makes, consents, and the token is accepted", async () => {
    for (const realm of consentRealms()) {
      const { name } = stack.functionOf(realm);
      expect(await client.vend(name)).toMatchObject({ problem: { code: "consent-required" } });
      const response = await asOperator(`consents/${nameOf(realm)}/default`, "POST");
      const { url } = (await response.json()) as ConsentLink;
      expect(url).toContain(`${stack.consentHost.browserUrl}/consent/${nameOf(realm)}/`);
      expect(await statusOf(realm)).toMatchObject({
        ...{ state: "consent-required", version: 0 },
        asked: { until: expect.any(String), begunBy: expect.stringContaining("arn:aws:") },
      });

      const page = await consentInBrowser(url, realm.user ?? expect.fail("nobody"));
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<h1>")]);

      const answer = expectAnswer(await client.vend(name));
      expect(answer.version).toBe(1);
      expect(await statusOf(realm)).not.toHaveProperty("asked");
      expect(await useCredential(answer, realm), nameOf(realm)).toBe(200);
    }
  });

  it("GET /v1/connections lists the state of each, but only to signed requests", async () => {
    for (const realm of stack.providers.realms) await client.vend(stack.functionOf(realm).name);
    const response = await asOperator("connections");
    const { connections } = (await response.json()) as ConnectionPage;
    const states = connections.map(({ connection, state }) => [connection, state]);
    expect(Object.fromEntries(states)).toEqual(
      Object.fromEntries(
        stack.providers.realms.map((each) => [`${nameOf(each)}/default`, "usable"]),
      ),
    );
    expect((await fetch(`${stack.http.url}/v1/connections`)).status).toBe(403);
  });

  it("every schedule ticks, and a rejection is renewed", async () => {
    await stack.scheduler.runAllNow();
    const [conferma] = stack.providers.realms;
    const { name } = stack.functionOf(conferma ?? expect.fail("no realm"));
    const { version } = expectAnswer(await client.vend(name));
    const answer = expectAnswer(await client.vend(name, { rejectedVersion: version }));
    expect(answer.version).toBe(version + 1);
  });
});

it("the example of a consumer calls Conferma with a token, and after a 401 with the next", async () => {
  const { conferma } = stack.providers;
  const name = stack.deployed.outputs["CallConfermaName"] ?? expect.fail("no example");
  const call = async () => (await stack.host.invoke(name, {})).payload;
  expect(await call()).toEqual({ status: 200 });
  const { platformKey } = await stack.secrets.getOrGenerate(
    "token-vending/conferma/sandbox/default",
    (): { platformKey: string } => expect.fail("there is no secret"),
  );
  conferma.issueAsSomeoneElse(platformKey);
  expect(await call()).toEqual({ status: 200 });
});

describe("every request that a function or a schedule has made", () => {
  /** Each distinct request, with the role that sent it. */
  const questions = () => {
    const ofRoles = told.filter(({ policyOwnerArn: role }) => role.includes(":role/"));
    const all = ofRoles.map((request) => ({
      role: request.policyOwnerArn,
      ...iamRequestOf(request),
    }));
    return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
  };
  const answer = (role: string, question: IamRequest, as = role) => {
    const { action, resource, context } = question;
    return simulateAccess({
      ...{
        principal: as,
        policies: policiesOfRole(stack.deployed, role),
        action,
        resource,
        context,
      },
      ...(action.startsWith("kms:") ? { resourcePolicy: keyPolicy() } : {}),
    });
  };
  const keyPolicy = () => stack.deployed.keys[0]?.properties["KeyPolicy"];

  it("has the role of its function, and no function's role is unknown", () => {
    const roles = stack.deployed.functions.map(({ roleArn }) => roleArn);
    expect(new Set(roles).size).toBe(roles.length);
    const asking = new Set(questions().map(({ role }) => role));
    const ticking = stack.scheduler.schedules.map(({ roleArn }) => roleArn);
    expect([...asking].sort()).toEqual([...roles, ...ticking].sort());
  });

  it("is allowed to it by the template", async () => {
    const answers = await Promise.all(
      questions().map(async ({ role, ...question }) => [
        role,
        question,
        await answer(role, question),
      ]),
    );
    expect(answers.length).toBeGreaterThan(50);
    expect(answers.filter(([, , said]) => said !== "allowed")).toEqual([]);
  });

  it("is denied to the functions of all other realms", async () => {
    const vending = stack.providers.realms.map((realm) => ({
      role: stack.functionOf(realm).roleArn ?? "",
      prefix: `${nameOf(realm)}/`,
    }));
    const answers = await Promise.all(
      questions().flatMap(({ role, ...question }) => {
        const own = vending.filter(({ prefix }) => JSON.stringify(question).includes(prefix));
        if (own.length !== 1) return [];
        return vending
          .filter((each) => !own.includes(each))
          .map(async (other) => [other.prefix, question, await answer(other.role, question)]);
      }),
    );
    expect(answers.length).toBeGreaterThan(200);
    expect(answers.filter(([, , said]) => said !== "denied")).toEqual([]);
  });
});
