import type { RefusalResponder } from "../kit/protected-route.ts";
import {
  createCredentialVerifier,
  protectedRoute,
  readCredentialHeader,
} from "../kit/protected-route.ts";
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
import { createClientReply, renewalRoute, validationRoute } from "./cfis-routes.ts";

export interface CfisOptions extends SimulatorOptions {
  /** One of the provider's two environments; keys of the other one are refused. */
  readonly environment?: CfisEnvironment;
  readonly keys?: readonly Partial<CfisKey>[];
}

/** Routes for faults: "api", "validate", "renew", "provisioning". */
export interface Cfis extends Simulator {
  readonly pingUrl: string;
  /** Returns the key (default: a generated one). Keys of one client coexist. */
  registerKey(key?: Partial<CfisKey>): string;
  expireKey(apiKey: string): void;
  revokeKey(apiKey: string): void;
  answerValidateAs(answer: ValidateAnswer): void;
  answerExpiryAs(status: ExpiryStatus): void;
  /** Undefined: 404. Every GET is recorded as "renew" in the journal anyway. */
  answerRenewalAs(shape: RenewalShape | undefined): void;
}

export async function startCfis(options: CfisOptions = {}): Promise<Cfis> {
  const context = createSimulatorContext(options);
  const ledger = createTokenLedger(context, "coexist");
  const keys = createCfisKeys(context, ledger, options.environment ?? "production");
  for (const key of options.keys ?? []) keys.register(key);
  const answers: CfisAnswers = { validate: "faithful", expiryStatus: 401, renewal: undefined };

  const refuse: RefusalResponder = (reason) => cfisRefusal(reason, answers.expiryStatus);
  const readCredential = (request: SimulatedRequest) => readCredentialHeader(request, "x-api-key");
  const verifier = createCredentialVerifier(context, { state: keys.state, find: ledger.find });
  let clients = 0;

  const simulator = await startSimulator(
    context,
    {
      id: "cfis",
      routes: [
        protectedRoute({
          name: "api",
          path: "/api/v1/partner/ping",
          verifier,
          readCredential,
          refuse,
        }),
        validationRoute(context, keys, answers),
        renewalRoute(context, keys, answers),
        protectedRoute({
          name: "provisioning",
          methods: ["POST"],
          path: "/api/v1/partner/client",
          verifier,
          readCredential,
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
