import type { Threat } from "./threat.ts";

const guardTests = "test/cli/console/request-guard.test.ts";
const guard = "cli/console/request-guard.ts";

/** Who can reach the console's port without the link that the terminal has printed. */
export const threatsToTheConsole: readonly Threat[] = [
  {
    name: "console-without-the-key",
    arrow: "console",
    asset: "personal data",
    kind: "I",
    threat:
      "asks the console's port for the status of every connection, as another user of the machine may",
    mitigation: "data need a key that is made with each start and stands only in the printed link",
    test: [guardTests, "without the key, or with another, nothing is told"],
    removal: {
      file: guard,
      from: 'return isKey(headers.authorization ?? "", key) ? null : keyless;',
      to: "return null;",
    },
  },
  {
    name: "console-by-another-name",
    arrow: "console",
    asset: "personal data",
    kind: "I",
    threat:
      "points a name of its own at this machine, so that the browser takes the console for its own site (DNS rebinding)",
    mitigation:
      "the console answers under its address only, and gives not even the page under another name",
    test: [guardTests, "under the name %s nothing is answered, not even the page"],
    removal: {
      file: guard,
      from: "if (headers.host !== new URL(origin).host) return misdirected;",
      to: "",
    },
  },
  {
    name: "console-moved-by-a-page",
    arrow: "console",
    asset: "availability",
    kind: "T",
    threat: "has the browser send an action, such as a rejection or a freeze (request forgery)",
    mitigation:
      "an action needs the page's own Origin, and the key in a header that no other site can set; there is no cookie",
    test: [guardTests, "an action needs an origin, and that has to be the page's"],
    removal: {
      file: guard,
      from: "if (headers.origin !== undefined && headers.origin !== origin) return true;",
      to: "",
    },
  },
  {
    name: "console-loaded-into-a-page",
    arrow: "console",
    asset: "personal data",
    kind: "I",
    threat: "loads an address of the console as a script, style or picture of its own page",
    mitigation: "what the browser says another site has asked for is refused",
    test: [guardTests, "a request from a page of a %s is refused"],
    removal: {
      file: guard,
      from: 'return site !== "same-origin" && site !== "none" && !isOpened;',
      to: "return false;",
    },
  },
  {
    name: "markup-on-the-console",
    arrow: "console",
    asset: "tokens",
    kind: "E",
    threat:
      "has put markup into a log line, a reason or a name that the page shows, to act with the operator's credentials",
    mitigation: "the policy allows no script but the page's file, and no text to become markup",
    test: [
      "test/browser/console.test.ts",
      "the console",
      "takes no text for markup, and its policy allows none",
    ],
    removal: {
      file: "cli/console/console-server.ts",
      from: "\"require-trusted-types-for 'script'\",",
      to: "",
    },
  },
  {
    name: "console-link-in-a-terminal",
    arrow: "console",
    asset: "availability",
    kind: "E",
    threat:
      "reads the printed link in the terminal's history or in the browser's memory, as a program of the same user",
    accepted:
      "such a program has the operator's AWS credentials as well; the link is void when the console stops, and shows no token",
  },
];
