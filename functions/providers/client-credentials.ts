import * as v from "valibot";
import { answerSettings } from "./declaration/answer-settings.ts";
import {
  clientAuthentications,
  clientMembers,
  clientSettings,
  nameGivenTwice,
  requestSettings,
} from "./declaration/client-settings.ts";
import { bearer, declareClientCredentials } from "./declaration/declare-provider.ts";
import { grantMembers, grantSettings } from "./declaration/grant-settings.ts";
import {
  address,
  answerAttributes,
  baseAddress,
  lifeSeconds,
  presentation,
  seconds,
  settingsOf,
} from "./declaration/settings.ts";

/**
 * Any server with the client credentials grant (RFC 6749 §4.4), or another one that needs no person, by configuration alone.
 */
export const clientCredentials = declareClientCredentials({
  settings: settingsOf("client-credentials", {
    apiBaseUrl: v.optional(baseAddress),
    tokenUrl: address,
    scope: v.optional(v.string()),
    ...clientSettings,
    clientAuthentication: v.optional(
      v.picklist([...clientAuthentications, "bearer_jwt", "grant"]),
      "basic",
    ),
    ...requestSettings,
    ...grantSettings,
    answer: answerSettings,
    lifetimeSeconds: v.optional(lifeSeconds),
    onIssue: v.optional(v.picklist(["coexist", "revoke"]), "coexist"),
    earlySeconds: v.optional(seconds),
    presentation: v.optional(presentation, bearer),
    ...answerAttributes,
  }),
  settingsProblem(settings) {
    const { clientAuthentication, grant, tokenExchange } = settings;
    if (grant === "token-exchange" && !tokenExchange)
      return { field: "tokenExchange", problem: "is missing" };
    if (clientAuthentication === "grant" && grant === "client-credentials")
      return { field: "clientAuthentication", problem: "must not be grant: set one" };
    const name = nameGivenTwice(settings);
    if (name !== undefined)
      return { field: "parameterNames", problem: `${name} is another parameter's name too` };
    return null;
  },
  secret: {
    ...clientMembers,
    ...grantMembers,
    scope: { meaning: "the scope, instead of the setting's", shape: v.optional(v.string()) },
  },
  policySettings: ["onIssue", "earlySeconds"],
  // Where a new token revokes the old one, it is requested at expiry, when that does no harm, or at a handover before.
  policy: ({ onIssue, earlySeconds }) => {
    if (onIssue === "coexist")
      return { renewal: "early", beforeExpiryMs: (earlySeconds ?? 300) * 1000 };
    if (earlySeconds === undefined) return { renewal: "at-expiry" };
    return { renewal: "at-handover", beforeExpiryMs: earlySeconds * 1000 };
  },
  revocationScope: ({ clientId }, { onIssue }) => (onIssue === "revoke" ? clientId : null),
  usualLifetimeSeconds: 300,
  presentation: (settings) => settings.presentation,
  client: (settings, secret, registered) => registered(settings, secret),
  parameters(settings, secret, configured) {
    const scope = secret.scope ?? settings.scope;
    const scoped = Object.entries(scope ? { scope } : {});
    return (
      configured?.(settings, secret, scoped) ?? [["grant_type", "client_credentials"], ...scoped]
    );
  },
});
