import { ActionError } from "../../cli/console/action-error.ts";
import type { Breaker } from "../../cli/console/breaker.ts";
import type { BreakName } from "../../cli/console/snapshot.ts";
import { realmName } from "../../functions/model/connection.ts";
import { declarationOf } from "../../functions/providers/catalogue.ts";
import type { LocalRealm } from "../local-realm.ts";
import type { AnyLocalStack } from "../stack.ts";
import type { VendClient } from "../vend-client.ts";
import { isVendAnswer } from "../vend-client.ts";
import { killHolder } from "./kill-holder.ts";
import { isTrouble, makeTrouble } from "./provider-trouble.ts";
import { simulatedConsumers } from "./simulated-consumers.ts";

const ofEvery: readonly BreakName[] = ["call", "revoke", "rotate"];
const ofRequested: readonly BreakName[] = [
  "kill",
  "slow",
  "throttle",
  "down",
  "mend",
  "short-lives",
];

/** Breaks the simulated providers and the functions' processes of this machine. */
export function localBreaker(stack: AnyLocalStack, client: VendClient): Breaker {
  const consumers = simulatedConsumers(stack, client);
  const incidentsOf = stack.providers.incidents(stack.secrets);
  const troubles = new Map<string, string | null>();
  const realms = new Map(stack.providers.realms.map((realm) => [realmName(realm.settings), realm]));

  /** Of what is vended; empty if nothing is. */
  async function currentToken(realm: LocalRealm): Promise<string> {
    const vended = await client.vend(stack.functionOf(realm).name);
    return isVendAnswer(vended) ? vended.token : "";
  }

  async function perform(name: string, how: BreakName): Promise<string> {
    const realm = realms.get(name);
    if (!realm || !breaksOf(realm).includes(how)) {
      throw new ActionError(`${name}: there is nothing like that to break.`);
    }
    if (isTrouble(how)) {
      const trouble = makeTrouble(realm, how);
      troubles.set(name, trouble);
      return trouble
        ? `${trouble} What is stored is vended as long as it is usable.`
        : "The simulated provider is well again.";
    }
    return incident(realm, how);
  }

  async function incident(
    realm: LocalRealm,
    how: "call" | "revoke" | "rotate" | "kill",
  ): Promise<string> {
    const { revoke, rotate } = incidentsOf(realm);
    switch (how) {
      case "call":
        return consumers.call(realm);
      case "kill":
        return killHolder(stack, client, realm);
      case "revoke":
        await revoke(await currentToken(realm));
        return "The provider has revoked what it issued. The next consumer who calls it finds out.";
      case "rotate":
        await rotate();
        return "The provider has a new secret, and so has Secrets Manager. The old one is refused.";
    }
  }

  return {
    state: () => ({
      realms: [...realms].map(([name, realm]) => ({
        realm: name,
        can: breaksOf(realm),
        trouble: troubles.get(name) ?? null,
      })),
      hasCallers: consumers.areCalling,
    }),
    perform,
    setCallers(isOn) {
      consumers.setCalling(isOn);
      return isOn ? "Every connection is called once a second." : "Nobody calls any more.";
    },
  };
}

/** A key is not requested, so nobody holds a lease for long. */
function breaksOf({ settings: { provider } }: LocalRealm): readonly BreakName[] {
  const isKey = declarationOf(provider).credential.type === "static-key";
  return isKey ? ofEvery : [...ofEvery, ...ofRequested];
}
