import { Validations } from "aws-cdk-lib";
import type { IInterfaceVpcEndpoint, IVpc } from "aws-cdk-lib/aws-ec2";
import {
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";

/** Change it before peering with a VPC that uses the same range. */
const cidrRange = "10.113.0.0/24";

/** A VPC whose isolated subnets reach only API Gateway. Put callers into it, or peer with it. */
export class PrivateEndpoint extends Construct {
  readonly endpoint: IInterfaceVpcEndpoint;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const network = new Vpc(this, "Vpc", {
      ipAddresses: IpAddresses.cidr(cidrRange),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [
        { name: "callers", subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 25 },
      ],
      // Restricting it needs a custom resource, and nothing uses that group.
      restrictDefaultSecurityGroup: false,
    });
    const vpc = network as IVpc;
    const callers = new SecurityGroup(this, "Callers", {
      vpc,
      description: "HTTPS from within the network to API Gateway",
      allowAllOutbound: false,
    });
    callers.addIngressRule(Peer.ipv4(cidrRange), Port.HTTPS, "Callers");
    this.endpoint = new InterfaceVpcEndpoint(this, "ExecuteApi", {
      vpc,
      service: InterfaceVpcEndpointAwsService.APIGATEWAY,
      securityGroups: [callers],
      open: false,
      privateDnsEnabled: true,
    });
    Validations.of(network).acknowledge({
      id: "AwsSolutions::AwsSolutions-VPC7",
      reason: "Calls to the API are its only traffic, and each is in the access log.",
    });
  }
}
