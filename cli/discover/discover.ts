import type { CommandDeclaration } from "../command.ts";
import { formatRealms, settingsIn } from "./format-realms.ts";
import { parseIssuer, readMetadata } from "./read-metadata.ts";
import { suggestRealms } from "./suggest-realms.ts";

export const discoverCommand: CommandDeclaration = {
  name: "discover",
  args: "<issuer>",
  summary: "a realm's settings, from what a server publishes",
  does: "reads what an authorization server publishes of itself (RFC 8414, OpenID Connect Discovery), and prints the settings of realms for `infra/realms.ts`, to be reviewed",
  docs: "adding-a-provider.md#what-the-server-publishes",
  needs: "nothing of AWS; https to the issuer",
  examples: ["discover https://login.acme.example", "discover https://login.acme.example --json"],
  notes:
    "Nothing is stored, and nothing is discovered at run time: addresses stay as they are configured.",
  prepare: ([text]) => {
    const issuer = parseIssuer(text);
    return async () => {
      const metadata = await readMetadata(issuer);
      const suggestion = suggestRealms(metadata);
      const { realms, notes } = suggestion;
      return {
        answer: {
          ...{ issuer: metadata.issuer, address: metadata.address, notes },
          realms: realms.map(settingsIn),
        },
        text: formatRealms(metadata, suggestion),
      };
    };
  },
};
