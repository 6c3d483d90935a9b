import { timeCall } from "../../functions/model/clock.ts";
import type { Connection } from "../../functions/model/connection.ts";
import type {
  ConsentFlow,
  GrantCredential,
  RefreshCredential,
} from "../../functions/model/consent.ts";
import type { Grant, Issued, NotIssued } from "../../functions/model/provider.ts";
import { revokesOnIssue } from "../../functions/model/provider.ts";
import { Sensitive, unprintable } from "../../functions/model/sensitive.ts";
import type { ExploredProcess } from "./explored-process.ts";
import type { Call } from "./explored-provider.ts";
import { adopted, failedIssue, person } from "./explored-provider.ts";
import { isHeldBy } from "./record-lens.ts";
import type { Outcome, Request } from "./request.ts";
import type { ExploredWorld } from "./world.ts";

/** What a secret issues, as requests to the explored provider. */
export function exploredGrant(
  world: ExploredWorld,
  process: ExploredProcess,
  secretVersion: string,
  credential: GrantCredential | null,
): Grant {
  const { policy } = world;
  const scope = revokesOnIssue(policy) ? "platform" : null;
  const isAdopted = policy.renewal === "on-rotation" && !policy.hasProbe;
  const issue = async (signal: AbortSignal): Promise<Issued | NotIssued> => {
    if (isAdopted) return adopted(secretVersion, process.clock.now().getTime());
    const end = timeCall(process.clock);
    const call = callOf(world, process, secretVersion, credential, scope);
    world.provider.state.calls.push(call);
    world.promises.callSent(call);
    if (credential?.kind === "refresh-token") checkPerson(world, credential);
    const result = await process.send(callRequest(world, call, credential), signal);
    world.promises.callHeard(call, result);
    if (result.kind === "not-issued") return result;
    return { ...result, ...end() };
  };
  return unprintable<Grant>({ revocationScope: scope, callsProvider: !isAdopted, issue });
}

/** A refresh must not bring another person's token. */
function checkPerson({ promises }: ExploredWorld, { isSamePerson }: RefreshCredential): void {
  promises.require(isSamePerson(person), "5.5: a person is taken for another");
  promises.require(!isSamePerson("another person"), "5.5: another person's token is taken");
}

/** The call that a process makes under the lease that it has, if it has one. */
function callOf(
  world: ExploredWorld,
  { name }: ExploredProcess,
  secretVersion: string,
  credential: GrantCredential | null,
  scope: string | null,
): Call {
  const held = world.records().filter((each) => isHeldBy(each, name));
  // A lease that it took only to end another's is not what it calls under.
  const record = held.find(({ connection }) => isClaimant(world, connection)) ?? held[0];
  const { lease = null, connection = "nobody's" as Connection, version = 0 } = record ?? {};
  return {
    process: name,
    connection,
    scope,
    reason: lease?.reason ?? "cold",
    owner: lease?.owner ?? "",
    leaseEnds: lease?.until.getTime() ?? 0,
    secretVersion,
    uses: credential && textOf(credential),
    version,
    phase: "sent",
    isInLease: false,
    token: null,
    isHeard: false,
    heardAt: null,
    isHandled: false,
    isExcused: false,
    isUnheeded: false,
    isInVain: false,
  };
}

function isClaimant({ table }: ExploredWorld, connection: Connection): boolean {
  return [...table.items.values()].some((item) => item["scopeOwner"]?.S === connection);
}

function textOf(credential: GrantCredential): string {
  return credential.kind === "code" ? credential.code.expose() : credential.refreshToken.expose();
}

function callRequest(
  world: ExploredWorld,
  call: Call,
  credential: GrantCredential | null,
): Request<Issued | NotIssued> {
  const isProbe = world.policy.renewal === "on-rotation";
  const uses = call.uses === null ? "" : ` with ${call.uses}`;
  return {
    to: "provider",
    what: isProbe ? "asks the provider about its key" : `asks for a token (${call.reason})${uses}`,
    content: () => "",
    hasEffect: () => !isProbe,
    bringsNews: () => true,
    dependsOn: [],
    perform() {
      const { lease } = world.record(call.connection) ?? {};
      const isHolder = lease?.owner === call.owner && world.now < call.leaseEnds;
      call.isInLease = isHolder && call.phase === "sent";
      const result = world.provider.act(call, credential);
      const touches = [
        { of: "provider secret", isWrite: false },
        { of: `provider ${call.scope ?? call.connection}`, isWrite: !isProbe },
      ];
      const tell = () =>
        result.kind === "issued" ? result.token.expose() : `refused: ${result.code}`;
      return { outcome: { value: result }, touches, mark: tell, tell };
    },
    failure(how): Outcome<NotIssued> {
      return { value: failedIssue("provider-unavailable", how === "unanswered" && !isProbe) };
    },
  };
}

/** Says of an answer that it is another provider's. */
export const otherProvider = "https://other.example";

/** How a consent begins and ends at the provider. */
export function flowOf(world: ExploredWorld, process: ExploredProcess): ConsentFlow {
  return {
    displayName: null,
    scopeWords: {},
    scopes: [],
    hasCodesToCopy: true,
    tellsPerson: true,
    tellsCustomer: true,
    origin: "https://provider.example",
    checkSecret: () => {},
    authorizeUrl: async (_, { state }) => `https://provider.example/authorize?state=${state}`,
    readAuthorizationResponse(parameters) {
      if (parameters.get("iss") === otherProvider) return { kind: "mismatch" };
      return { kind: "code", code: new Sensitive(parameters.get("code") ?? "") };
    },
    async revoke(_, { token }, signal) {
      const id = token.expose();
      const request: Request<boolean> = {
        to: "provider",
        what: `revokes ${id}`,
        content: () => id,
        hasEffect: () => true,
        bringsNews: () => true,
        dependsOn: [],
        perform() {
          world.provider.grants.revoke(id);
          const touches = world.records().map(({ connection }) => ({
            of: `provider ${connection}`,
            isWrite: true,
          }));
          return { outcome: { value: true }, touches, mark: () => "", tell: () => "revoked" };
        },
        failure: () => ({ value: false }),
      };
      const isRevoked = await process.send(request, signal);
      return { isRevoked, answer: isRevoked ? "answered 200" : "did not answer" };
    },
  };
}
