import { App } from "aws-cdk-lib";
import { bundleFunctions, bundlesFolder } from "./bundle.ts";
import { deploy } from "./deployment.ts";
import { realms } from "./realms.ts";

bundleFunctions(bundlesFolder);
const app = new App();
deploy(app, { realms });
app.synth();
