import { App } from "aws-cdk-lib";
import { bundleFunctions, bundlesFolder } from "./bundle.ts";
import { deploy } from "./deployment.ts";
import { nag } from "./nag.ts";
import { realms } from "./realms.ts";
import { readSettings } from "./settings.ts";

const app = new App();
const settings = readSettings(app);
bundleFunctions(bundlesFolder);
deploy(app, { realms, ...settings });
nag(app);
app.synth();
