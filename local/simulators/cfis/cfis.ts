import type { RefusalResponder } from "../kit/gate.ts";
import { createCredentialVerifier } from "../kit/gate.ts";
import { readCredentialHeader } from "../kit/presented.ts";
import { protectedRoute } from "../kit/protected-route.ts";
import type { SimulatedRequest } from "../kit/request.ts";
import type { Simulator } from "../kit/simulator.ts";
import { startSimulator } from "../kit/simulator.ts";
import type { SimulatorOptions } from "../kit/simulator-context.ts";
import { createSimulatorContext } from "../kit/simulator-context.ts";
import { createTokenLedger } from "../kit/token-ledger.ts";
import type { CfisAnswers, ExpiryStatus, RenewalShape, ValidateAnswer } from "./cfis-answers.ts";
import { cfisRefusal } from "./cfis-answers.ts";
import type { CfisEnvironment, CfisKey } from "./cfis-keys.ts";
import { createCfisKeys } from "./cfis-keys.ts";
import { createClientReply } from "./cfis-provisioning.ts";
import { renewalRoute } from "./cfis-renewal.ts";
import { validationRoute } from "./cfis-routes.ts";

export interface CfisOptions extends SimulatorOptions {
  /** Which of the provider's two environments this is; keys of the other one are refused. */
  readonly environment?: CfisEnvironment;
  readonly keys?: readonly Partial<CfisKey>[];
}

/** Routes for faults: "api", "validate", "renew", "provisioning". */
export interface Cfis extends Simulator {
  readonly pingUrl: string;
  /** Returns the key, which is made up if unsaid. Keys of one client coexist. */
  registerKey(key?: Partial<CfisKey>): string;
  expireKey(apiKey: string): void;
  revokeKey(apiKey: string): void;
  answerValidateAs(answer: ValidateAnswer): void;
  answerExpiryAs(status: ExpiryStatus): void;
  /** Off (404) while undefined; every GET is a "renew" entry of the journal all the same. */
  answerRenewalAs(shape: RenewalShape | undefined): void;
}

export async function startCfis(options: CfisOptions = {}): Promise<Cfis> {
  const world = createSimulatorContext(options);
  const ledger = createTokenLedger(world, "coexist");
  const keys = createCfisKeys(world, ledger, options.environment ?? "production");
  for (const key of options.keys ?? []) keys.register(key);
  const answers: CfisAnswers = { validate: "faithful", expiryStatus: 401, renewal: undefined };

  const refuse: RefusalResponder = (reason) => cfisRefusal(reason, answers.expiryStatus);
  const readCredential = (request: SimulatedRequest) => readCredentialHeader(request, "x-api-key");
  const verifier = createCredentialVerifier(world, { state: keys.state, find: ledger.find });
  let clients = 0;

  const simulator = await startSimulator(
    world,
    {
      id: "cfis",
      routes: [
        protectedRoute({
          name: "api",
          path: "/api/v1/partner/ping",
          verifier: verifier,
          readCredential: readCredential,
          refuse,
        }),
        validationRoute(world, keys, answers),
        renewalRoute(world, keys, answers),
        protectedRoute({
          name: "provisioning",
          methods: ["POST"],
          path: "/api/v1/partner/client",
          verifier: verifier,
          readCredential: readCredential,
          refuse,
          authorize: (_request, apiKey) => (keys.isProvisioning(apiKey) ? undefined : "forbidden"),
          respond: (request) => createClientReply(keys, request, ++clients),
        }),
      ],
    },
    options,
  );

  return {
    ...simulator,
    pingUrl: `${simulator.url}/api/v1/partner/ping`,
    registerKey: keys.register,
    expireKey: ledger.expire,
    revokeKey: ledger.revoke,
    answerValidateAs(answer) {
      answers.validate = answer;
    },
    answerExpiryAs(status) {
      answers.expiryStatus = status;
    },
    answerRenewalAs(shape) {
      answers.renewal = shape;
    },
  };
}
