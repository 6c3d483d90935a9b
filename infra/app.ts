import { App } from "aws-cdk-lib";
import { bundleFunctions, bundlesFolder } from "./bundle.ts";
import { realms } from "./realms.ts";
import { TokenVendingStack } from "./stacks/token-vending-stack.ts";

bundleFunctions(bundlesFolder);
const app = new App();
new TokenVendingStack(app, "TokenVending", { realms, bundlesFolder });
app.synth();
