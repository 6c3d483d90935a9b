import { App } from "aws-cdk-lib";
import { bundleFunctions } from "./bundle.ts";
import { realms } from "./realms.ts";
import { TokenVendingStack } from "./stacks/token-vending-stack.ts";

bundleFunctions();
const app = new App();
new TokenVendingStack(app, "TokenVending", { realms });
app.synth();
