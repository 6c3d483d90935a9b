import { Duration } from "aws-cdk-lib";
import type { EventBus } from "aws-cdk-lib/aws-events";
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import type { IScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { PublishVariables } from "../../functions/platform/environment.ts";
import type { DeploymentNames } from "../deployment-names.ts";
import { BundledFunction } from "./bundled-function.ts";
import { allowPublishing, allowReadingStream, allowTelling } from "./event-permissions.ts";
import {
  allowListingConnections,
  allowReadingStatus,
  allowSendingFailures,
} from "./permissions.ts";
import { FunctionSchedule } from "./renewal-schedule.ts";
import type { SharedTable } from "./shared-state.ts";

export interface EventPublisherProps {
  readonly names: DeploymentNames;
  /** As `list-connections` has it. */
  readonly realms: string;
  readonly table: SharedTable;
  /** The ARN of the table's stream, if there is one. */
  readonly stream: string | undefined;
  readonly bus: EventBus;
  readonly schedules: IScheduleGroup;
  /** Receives scheduled runs that failed. */
  readonly failureQueue: IQueue;
  /** Receives the places of changes that were given up. */
  readonly lostQueue: IQueue;
  readonly bundlesFolder: string;
}

/** The stream keeps changes for a day. What is given up an hour before can still be found there. */
const triedFor = Duration.hours(23);

/**
 * Publishes what has happened to consents and keys, from the table's stream, and marks hourly what time has brought. It can
 * open nothing that is sealed, and writes one attribute.
 */
export class EventPublisher extends BundledFunction {
  constructor(scope: Construct, id: string, props: EventPublisherProps) {
    const { names, realms, table, stream, bus, bundlesFolder } = props;
    const variables: PublishVariables = {
      TABLE_NAME: table.tableName,
      REALMS: realms,
      EVENT_BUS: bus.eventBusName,
    };
    super(scope, id, {
      entry: "publish-events",
      functionName: names.publishEvents,
      bundlesFolder,
      environment: { ...variables },
      description: "Publishes what happens to consents and keys",
      timeout: Duration.minutes(5),
      memorySize: 512,
    });
    for (const statement of [
      ...(stream === undefined ? [] : allowReadingStream(stream)),
      allowListingConnections(table),
      allowReadingStatus(table, ["dynamodb:GetItem", "dynamodb:BatchGetItem"]),
      allowTelling(table),
      allowPublishing(bus),
      allowSendingFailures(props.lostQueue),
    ]) {
      this.addToRolePolicy(statement);
    }
    // Marks that nobody reads would not be told later.
    if (stream === undefined) return;
    this.readStream(stream, props.lostQueue);
    new FunctionSchedule(this, "EveryHour", {
      description: "Tells of ends that come closer",
      every: Duration.hours(1),
      target: this,
      group: props.schedules,
      failureQueue: props.failureQueue,
    });
  }

  /** Until all events of a batch are out, Lambda delivers it again. */
  private readStream(eventSourceArn: string, lostQueue: IQueue): void {
    const mapping = new EventSourceMapping(this, "Changes", {
      target: this,
      eventSourceArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(2),
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      maxRecordAge: triedFor,
      onFailure: { bind: () => ({ destination: lostQueue.queueArn }) },
      // Rows of connections, also one that is deleted; claims, links and freezes of realms have no such attribute. The rows
      // that tell who was asked have it, and are left aside by the function.
      filters: ["NewImage", "OldImage"].map((image) =>
        FilterCriteria.filter({ dynamodb: { [image]: { realm: { S: FilterRule.exists() } } } }),
      ),
    });
    // Its role's policy has to be there first: Lambda tries to read the stream when the mapping is made.
    if (this.role) mapping.node.addDependency(this.role);
  }
}
