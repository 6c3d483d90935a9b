import { Annotations } from "aws-cdk-lib";
import { EventBus } from "aws-cdk-lib/aws-events";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { EventPublisherProps } from "./event-publisher.ts";
import { EventPublisher } from "./event-publisher.ts";
import { FailureQueue } from "./renewal-schedule.ts";

interface ConnectionEventsProps extends Omit<EventPublisherProps, "stream" | "bus" | "lostQueue"> {
  /** The ARN of the table's stream; undefined where that is not known: then nothing is published. */
  readonly stream: string | undefined;
}

/** The bus on which it is said what happens to consents and keys, and the function that says it. */
export class ConnectionEvents extends Construct {
  readonly bus: EventBus;
  readonly publisher: EventPublisher;
  /** The places in the stream of changes whose events could not be published for a day. */
  readonly lostQueue: Queue;

  constructor(scope: Construct, id: string, { stream, ...props }: ConnectionEventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, "Bus", { eventBusName: props.names.eventBus });
    this.lostQueue = new FailureQueue(this, "Lost");
    const { bus, lostQueue } = this;
    this.publisher = new EventPublisher(this, "PublishEvents", {
      ...{ ...props, stream, bus, lostQueue },
    });
    if (stream !== undefined) return;
    Annotations.of(this).addWarningV2(
      "token-vending:no-events",
      "No events are published of the table in token-vending:tableName: enable its stream (NEW_AND_OLD_IMAGES) and give its ARN as token-vending:tableStreamArn (docs/recovery.md).",
    );
  }
}
