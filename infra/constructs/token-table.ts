import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, Table } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";

/** The name that functions/store/dynamodb-renewal-index.ts queries. */
export const dueIndexName = "due";

/** One deployment in an account and Region, as the names of its secrets are: `token-vending/…`. */
export const tokenTableName = "token-vending";

/** The name that functions/store/dynamodb-status-reader.ts queries. */
export const connectionsIndexName = "connections";

/** One item a connection, one a claimed revocation scope. Losing it loses leases and versions: it is kept. */
export class TokenTable extends Table {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      tableName: tokenTableName,
      partitionKey: { name: "pk", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      // Of consents that nobody has finished; a connection's record carries none.
      timeToLiveAttribute: "ttl",
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Sparse: only connections that the schedule is to renew carry dueRealm (functions/store/items.ts).
    this.addGlobalSecondaryIndex({
      indexName: dueIndexName,
      partitionKey: { name: "dueRealm", type: AttributeType.STRING },
      sortKey: { name: "dueAt", type: AttributeType.NUMBER },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ["dueUntil"],
    });
    // Which connections there are, realm by realm: written to once for each, so that watching costs vending nothing.
    this.addGlobalSecondaryIndex({
      indexName: connectionsIndexName,
      partitionKey: { name: "realm", type: AttributeType.STRING },
      sortKey: { name: "pk", type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
}
