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

/** Change it where you peer with a network that has it too. */
const cidrRange = "10.113.0.0/24";

/** Two zones of subnets that lead nowhere but to API Gateway: put callers here, or peer with it. */
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
      // Would need a custom resource; nothing is in that group.
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
      reason: "Calls to the API are its only traffic, and the access log has each of them.",
    });
  }
}
