import { App } from "aws-cdk-lib";
import { bundleFunctions, bundlesFolder } from "./bundle.ts";
import { addNagChecks } from "./cdk-nag.ts";
import { createStacks, stackNames } from "./deployment.ts";
import { ConsumerStack } from "./examples/consumer-stack.ts";
import { realms } from "./realms.ts";
import { isExampleEnabled, readSettings } from "./settings.ts";

const app = new App();
const settings = readSettings(app);
bundleFunctions(bundlesFolder);
const { vending } = createStacks(app, { realms, ...settings });
if (isExampleEnabled(app)) {
  const confermaApi = "https://api.cert-confermapay.com";
  new ConsumerStack(app, stackNames.example, { vending, bundlesFolder, confermaApi });
}
addNagChecks(app);
app.synth();
