import { App } from "aws-cdk-lib";
import { bundleFunctions } from "./bundle.ts";
import { bundlesFolder } from "./bundles-folder.ts";
import { addNagChecks } from "./cdk-nag.ts";
import { ConsumerStack } from "./examples/consumer-stack.ts";
import { isExampleEnabled, readSettings } from "./settings.ts";
import { chosenStage } from "./stages.ts";
import { TokenVending } from "./token-vending.ts";

const app = new App();
const { realms, env, settings } = chosenStage(app);
const props = { realms, ...(env && { env }), ...readSettings(app, settings) };
await bundleFunctions(bundlesFolder);
const vending = new TokenVending(app, props);
if (isExampleEnabled(app)) {
  const confermaApi = "https://api.cert-confermapay.com";
  const name = vending.names.stack("Example");
  new ConsumerStack(app, name, { vending, bundlesFolder, confermaApi });
}
addNagChecks(app);
app.synth();
