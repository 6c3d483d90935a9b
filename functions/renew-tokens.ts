import type { Context } from "aws-lambda";
import { compose } from "./compose.ts";
import {
  operatorRequest,
  renewEndpoint,
  resealEndpoint,
  secretCheckEndpoint,
} from "./http/renew-endpoint.ts";
import type { TokenRecord } from "./model/token-record.ts";
import { flushMetricsAfter } from "./platform/emf-metrics.ts";
import { LruCache } from "./platform/lru-cache.ts";
import { declarationOf } from "./providers/catalogue.ts";
import { secretExaminer } from "./providers/declaration/secret-oddities.ts";
import { checkSecret } from "./vending/check-secret.ts";
import { resealConnection } from "./vending/reseal-connection.ts";
import { renewDue } from "./vending/schedule/renew-due.ts";

const { environment, dependencies, metrics, renewalIndex, secretVersions } = compose(process.env);
const { realm } = environment;
const { clock, log } = dependencies;

/** A record takes some kilobytes of memory, and this function has little. */
const records = new LruCache<TokenRecord>(2000);

const renew = renewEndpoint({
  clock,
  renew: async (deadline) => renewDue(dependencies, await renewalIndex(), records, deadline),
});

const reseal = resealEndpoint({
  ...{ realm, clock, log, metrics },
  reseal: (connection, deadline) => resealConnection(dependencies, connection, deadline),
});

const checkSecretOf = secretCheckEndpoint({
  ...{ realm, clock, log, metrics },
  check: async (request, deadline) => {
    const examine = secretExaminer(declarationOf(realm.provider).secret);
    const inspector = { versions: await secretVersions(), examine };
    return checkSecret(dependencies, inspector, request, deadline);
  },
});

const endpoint = (event: unknown, context: Context) => {
  switch (operatorRequest(event)) {
    case "reseal":
      return reseal(event as never, context);
    case "checkSecret":
      return checkSecretOf(event as never, context);
    case null:
      return renew(event as never, context);
  }
};

/**
 * Renews the connections of this realm that are due within the next minute, each when it is due. For an operator it seals
 * anew what is stored for one connection, or checks its secret.
 */
export const handler = flushMetricsAfter(endpoint, metrics);
