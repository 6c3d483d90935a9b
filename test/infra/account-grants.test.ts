import type { App } from "aws-cdk-lib";
import { Stack } from "aws-cdk-lib";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { AccountPrincipal, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { describe, expect, it } from "vitest";
import type { TokenVending } from "../../infra/token-vending.ts";
import { oneOfEachKind } from "./example-realms.ts";
import { resourcesIn, synthesizedStacks } from "./synthesized.ts";

const env = { account: "111111111111", region: "eu-west-1" };
const other = "222222222222";
const clientRealm = "conferma/sandbox";
const consentRealm = "centrapay-user/test";
const lambda = new ServicePrincipal("lambda.amazonaws.com");

const imported = (account: string) => (app: App) =>
  Role.fromRoleArn(new Stack(app, "Theirs", { env }), "Role", `arn:aws:iam::${account}:role/payer`);

type Grants = (vending: TokenVending, grantee: IGrantable) => void;

function deployed(grants: Grants, granteeIn: (app: App) => IGrantable) {
  const add = (vending: TokenVending, app: App) => grants(vending, granteeIn(app));
  const { all, ofRealms } = synthesizedStacks(oneOfEachKind, {
    env,
    api: { kind: "regional" },
    add,
  });
  const permissions = [...ofRealms.values()]
    .flatMap((template) => resourcesIn(template, "AWS::Lambda::Permission"))
    // Others let AWS's services invoke.
    .filter(([, { Properties }]) => !`${Properties["Principal"]}`.endsWith(".amazonaws.com"))
    .map(([, { Properties, DependsOn }]) => ({ ...Properties, DependsOn }));
  return { all, permissions };
}

describe("a role of another account", () => {
  it.each<[string, Grants, functionName: string]>([
    [
      "may vend",
      (vending, grantee) => vending.realm(clientRealm).grantVend(grantee),
      "token-vending-conferma-sandbox:live",
    ],
    [
      "may vend only",
      (vending, grantee) => vending.realm(clientRealm).grantVendOnly(grantee),
      "token-vending-conferma-sandbox:vend-only",
    ],
    [
      "may get links",
      (vending, grantee) => vending.realm(consentRealm).grantVendWithLinks(grantee),
      "token-vending-centrapay-user-test:with-links",
    ],
    [
      "may ask for consents",
      (vending, grantee) => vending.realm(consentRealm).grantBeginConsent(grantee),
      "token-vending-centrapay-user-test-begin-consent",
    ],
    [
      "may complete consents",
      (vending, grantee) => vending.realm(consentRealm).grantCompleteConsent(grantee),
      "token-vending-centrapay-user-test-complete-consent",
    ],
  ])("%s by a permission of that function, once it exists", (_, grants, functionName) => {
    const { permissions } = deployed(grants, imported(other));
    expect(permissions).toEqual([
      {
        Action: "lambda:InvokeFunction",
        FunctionName: functionName,
        Principal: `arn:aws:iam::${other}:role/payer`,
        DependsOn: [expect.any(String)],
      },
    ]);
  });

  it("of the same app also gets a policy for the function where it is", () => {
    const { all, permissions } = deployed(
      (vending, grantee) => vending.realm(clientRealm).grantVend(grantee),
      (app) => {
        const stack = new Stack(app, "Theirs", { env: { ...env, account: other } });
        return new Role(stack, "Role", { roleName: "payer", assumedBy: lambda });
      },
    );
    expect(permissions).toHaveLength(1);
    expect(JSON.stringify(permissions)).toContain(`:iam::${other}:role/payer`);
    expect(JSON.stringify(all.get("Theirs"))).toContain(
      `:lambda:eu-west-1:${env.account}:function:token-vending-conferma-sandbox:live`,
    );
  });

  it("gets one permission, however often it is granted", () => {
    const twice: Grants = (vending, grantee) => {
      vending.realm(clientRealm).grantVend(grantee);
      vending.realm(clientRealm).grantVend(grantee);
    };
    expect(deployed(twice, imported(other)).permissions).toHaveLength(1);
  });

  it.each<[string, Grants]>([
    ["vending over the API", (vending, to) => vending.realm(clientRealm).grantVendOverApi(to)],
    [
      "links over the API",
      (vending, to) => vending.realm(consentRealm).grantVendWithLinksOverApi(to),
    ],
    ["putting secrets", (vending, to) => vending.realm(clientRealm).grantSecretOperator(to)],
    ["freezing", (vending, to) => vending.realm(clientRealm).grantFreeze(to)],
    ["status", (vending, to) => vending.grantStatus(to)],
    ["attribution", (vending, to) => vending.grantAttribution(to)],
  ])("is not granted %s: it is told to assume a role", (_, grants) => {
    expect(() => deployed(grants, imported(other))).toThrow(
      /cannot be granted to account 222222222222, .* a role of account 111111111111, and let that be assumed/,
    );
  });
});

it("another account as a whole may be let in, which its own policies then divide", () => {
  const grants: Grants = (vending, grantee) => vending.realm(clientRealm).grantVend(grantee);
  const { permissions } = deployed(grants, () => new AccountPrincipal(other));
  expect(permissions).toMatchObject([{ Principal: other }]);
});

describe("in the deployment's own account", () => {
  it("a role needs no permission of the function", () => {
    const grants: Grants = (vending, grantee) => vending.realm(clientRealm).grantVend(grantee);
    expect(deployed(grants, imported(env.account)).permissions).toEqual([]);
  });

  it.each<[string, Grants]>([
    ["vending", (vending, to) => vending.realm(clientRealm).grantVend(to)],
    ["vending over the API", (vending, to) => vending.realm(clientRealm).grantVendOverApi(to)],
    ["putting secrets", (vending, to) => vending.realm(clientRealm).grantSecretOperator(to)],
    ["status", (vending, to) => vending.grantStatus(to)],
  ])("what has no policy of its own is not granted %s in silence", (_, grants) => {
    expect(() => deployed(grants, () => lambda)).toThrow(
      /cannot be granted to .*, which has no policy of its own: grant it to a role/,
    );
  });
});
