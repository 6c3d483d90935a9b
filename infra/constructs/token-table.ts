import { RemovalPolicy } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
} from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";

/** The name that functions/store/dynamodb-renewal-index.ts queries. */
export const dueIndexName = "due";

/** The name that functions/store/dynamodb-status-reader.ts queries. */
export const connectionsIndexName = "connections";

/** One item per connection and one per claimed revocation scope. Kept, because losing it loses leases and versions. */
export class TokenTable extends Table {
  /** A fixed name, like the names of the secrets: CloudFormation never replaces such a table. */
  constructor(scope: Construct, id: string, tableName: string) {
    super(scope, id, {
      tableName,
      partitionKey: { name: "pk", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      // What `publish-events` reads. Added to an existing table without replacing it.
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      // Deletes consents that were never completed. Records of connections have no such attribute.
      timeToLiveAttribute: "ttl",
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Sparse: only connections that are renewed by schedule have dueRealm (functions/store/record-attributes.ts).
    this.addGlobalSecondaryIndex({
      indexName: dueIndexName,
      partitionKey: { name: "dueRealm", type: AttributeType.STRING },
      sortKey: { name: "dueAt", type: AttributeType.NUMBER },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ["dueUntil"],
    });
    // All connections, by realm. Keys only, so it is written once per connection and costs vending nothing.
    this.addGlobalSecondaryIndex({
      indexName: connectionsIndexName,
      partitionKey: { name: "realm", type: AttributeType.STRING },
      sortKey: { name: "pk", type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
}
