import type { Threat } from "./threat.ts";

/** What code that may vend from one realm could deny, or have another blamed for. */
export const threatsOfDenial: readonly Threat[] = [
  {
    name: "denied-vend",
    arrow: "API",
    asset: "evidence",
    kind: "R",
    threat: "denies that it has vended a token over the API",
    mitigation: "the access log has caller, path and status of each request",
    test: [
      "test/infra/api.test.ts",
      "the stage",
      "has an access log of who asked for what, without bodies, queries and headers",
    ],
    removal: {
      file: "infra/constructs/api-stage.ts",
      from: "caller: AccessLogField.contextIdentityUserArn(),",
      to: "",
    },
  },
  {
    name: "denied-invocation",
    arrow: "invocation",
    asset: "evidence",
    kind: "R",
    threat: "denies that it has vended a token by invocation",
    accepted:
      "only CloudTrail knows who invokes a function: `token-vending:trail` has it record that, and `npm run vend -- who` joins it with our log; it is off by default because it costs",
  },
  {
    name: "unrecorded-rejection",
    arrow: "API",
    asset: "evidence",
    kind: "R",
    threat: "denies that it has rejected a version, which cost the others their token",
    mitigation:
      "each caller's rejection of a version is logged, once a minute and process, with the principal that API Gateway has verified",
    test: [
      "test/http/attribution.test.ts",
      "a rejection is recorded, also one that is refused or comes late",
    ],
    removal: {
      file: "functions/http/vend-endpoint.ts",
      from: "attribution.rejected(event, requestId, connectionOf(realm, account), version);",
      to: "{}",
    },
  },
  {
    name: "imitated-api-event",
    arrow: "invocation",
    asset: "evidence",
    kind: "S",
    threat: "invokes the function with an event like the API's, which names another principal",
    mitigation:
      "`npm run vend -- who` compares each record with CloudTrail's event of that request, if there is a trail",
    test: [
      "test/cli/who.test.ts",
      "with a trail",
      "one who invoked the function with an imitated event of the API is named, not whom it claimed to be",
    ],
    removal: {
      file: "cli/who-join.ts",
      from: "if (direct) {",
      to: 'if (direct && record.path === "direct") {',
    },
  },
];
