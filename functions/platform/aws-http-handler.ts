import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Clock } from "../model/clock.ts";
import type { AwsWay } from "./aws-read.ts";
import { awsTimeouts } from "./aws-read.ts";

interface HandlerSettings extends Pick<AwsWay, "stated"> {
  readonly clock: Clock;
  readonly requiresTls: boolean;
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/** Sends the SDK's requests, and passes on what time AWS states in each answer. */
export class AwsHttpHandler extends NodeHttpHandler {
  readonly #settings: HandlerSettings;

  constructor(settings: HandlerSettings) {
    const { httpAgent, httpsAgent } = settings;
    super({ ...awsTimeouts, httpAgent, httpsAgent, throwOnRequestTimeout: true });
    this.#settings = settings;
  }

  override async handle(...request: Parameters<NodeHttpHandler["handle"]>) {
    const { clock, requiresTls, stated } = this.#settings;
    // Not only variables state endpoints: a configuration file can too.
    if (requiresTls && request[0].protocol !== "https:") throw new Error("No https.");
    const sentAt = clock.now();
    const answer = await super.handle(...request);
    stated(answer.response.headers["date"], sentAt);
    return answer;
  }
}
