import { App } from "aws-cdk-lib";
import { bundleFunctions, bundlesFolder } from "./bundle.ts";
import { deploy, stackNames } from "./deployment.ts";
import { ConsumerStack } from "./examples/consumer-stack.ts";
import { nag } from "./nag.ts";
import { realms } from "./realms.ts";
import { readSettings, wantsExample } from "./settings.ts";

const app = new App();
const settings = readSettings(app);
bundleFunctions(bundlesFolder);
const { vending } = deploy(app, { realms, ...settings });
if (wantsExample(app)) {
  const confermaApi = "https://api.cert-confermapay.com";
  new ConsumerStack(app, stackNames.example, { vending, bundlesFolder, confermaApi });
}
nag(app);
app.synth();
