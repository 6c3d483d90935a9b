import type { IFunction } from "aws-cdk-lib/aws-lambda";

/** A function, or an alias of one. */
export type RouteHandler = Pick<IFunction, "functionArn" | "functionName">;

export const apiStageName = "live";

export type ApiMethod = "GET" | "POST";

/** A path of the REST API, as it is deployed: a change of any part needs a new deployment of the API. */
export interface ApiRoute {
  readonly method: ApiMethod;
  /** `/v1/tokens/conferma/sandbox/{account}` */
  readonly path: string;
  /** Names of the query parameters. */
  readonly query: readonly string[];
  /** Whether the body has to be a rejection. */
  readonly takesRejection: boolean;
  readonly handler: RouteHandler;
}

/** What a deployment of the API contains of this route. */
export function describeRoute({ method, path, query, takesRejection, handler }: ApiRoute) {
  return [method, path, query, takesRejection, handler.functionName];
}
