import type { LocalRealm } from "../local-realm.ts";
import type { AnyLocalStack } from "../stack.ts";
import type { VendClient } from "../vend-client.ts";
import { isVendAnswer, proofDemandOf, useCredential } from "../vend-client.ts";

const everyMs = 1000;

/** Consumers of the local stack, as far as the console needs some. */
export interface SimulatedConsumers {
  readonly areCalling: boolean;
  /** One call of a realm, as a consumer makes it. Returns in words what came of it. */
  call(realm: LocalRealm): Promise<string>;
  /** Calls every realm once a second, or no longer. */
  setCalling(isOn: boolean): void;
}

export function simulatedConsumers(stack: AnyLocalStack, client: VendClient): SimulatedConsumers {
  const { realms } = stack.providers;
  let timer: ReturnType<typeof setInterval> | undefined;
  /** Who has no answer yet is not called again. */
  const busy = new Set<LocalRealm>();

  /** On a 401 reports the version and tries once more, as the client does. */
  async function call(realm: LocalRealm): Promise<string> {
    const { name } = stack.functionOf(realm);
    const proof = proofDemandOf(realm);
    const first = await client.vend(name, proof);
    if (!isVendAnswer(first)) return `Nothing was vended: ${first.problem.detail}`;
    const status = await useCredential(first, realm);
    if (status !== 401) return `The provider answers ${status} to version ${first.version}.`;
    const second = await client.vend(name, { rejectedVersion: first.version, ...proof });
    const refused = `The provider answers 401 to version ${first.version}.`;
    if (!isVendAnswer(second)) return `${refused} It was rejected: ${second.problem.detail}`;
    const again = await useCredential(second, realm);
    return `${refused} It was rejected; to version ${second.version} the provider answers ${again}.`;
  }

  async function callQuietly(realm: LocalRealm): Promise<void> {
    if (busy.has(realm)) return;
    busy.add(realm);
    // What fails is in the functions' logs. A stack that stops answers nobody.
    await call(realm).catch(() => undefined);
    busy.delete(realm);
  }

  return {
    get areCalling() {
      return timer !== undefined;
    },
    call,
    setCalling(isOn) {
      clearInterval(timer);
      timer = undefined;
      if (isOn) {
        timer = setInterval(() => {
          for (const realm of realms) void callQuietly(realm);
        }, everyMs);
        timer.unref();
      }
    },
  };
}
