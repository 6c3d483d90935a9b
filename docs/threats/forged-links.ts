import type { Threat } from "./threat.ts";

/** What somebody who writes items of the table can do to people who consent. */
export const threatsOfForgedLinks: readonly Threat[] = [
  {
    name: "forged-link",
    arrow: "table",
    asset: "consents",
    kind: "S",
    threat: "writes the row of a link of their own, and consents for an account as themselves",
    mitigation: "a link's row has a proof that `begin-consent` has sealed",
    test: [
      "test/consents/forged-links.test.ts",
      "a link that somebody has written into the table is refused, and nothing is stored",
      "%s",
    ],
    removal: {
      file: "functions/consents/complete-consent.ts",
      from: '  if ("reason" in owner) return owner;\n',
      to: "",
    },
  },
  {
    name: "link-for-another-account",
    arrow: "table",
    asset: "consents",
    kind: "T",
    threat: "changes the account of a link, so that a person's consent is stored for another",
    mitigation: "the proof is sealed for the account",
    test: [
      "test/consents/forged-links.test.ts",
      "a link whose row was changed",
      "to another account is refused: a person's consent stays with its account",
    ],
    removal: {
      file: "functions/consents/link-proof.ts",
      from: "connection: connectionOf(realm, account),",
      to: 'connection: connectionOf(realm, "default"),',
    },
  },
  {
    name: "link-put-back",
    arrow: "table",
    asset: "consents",
    kind: "T",
    threat: "puts a used link's row back, with a later end",
    mitigation: "the proof holds the link's first end; an hour later it is refused",
    test: [
      "test/consents/forged-links.test.ts",
      "a link whose row was changed",
      "only in that it was put back, with a later end, is refused an hour after its first end",
    ],
    removal: {
      file: "functions/consents/link-proof.ts",
      from: 'return deps.clock.now() < endsAt ? owner : refused(deps, "link-expired", pending);',
      to: "return owner;",
    },
  },
  {
    name: "link-of-a-foreign-browser",
    arrow: "table",
    asset: "consents",
    kind: "S",
    threat:
      "binds an open link's row, or one put back within the hour, to a cookie of their own, and consents for its account as themselves",
    mitigation: "a browser's secret ends with the link, of which the table holds only a hash",
    test: [
      "test/consents/forged-links.test.ts",
      "a browser that never had the link is refused, although somebody has written its hash to the link's row",
    ],
    removal: {
      file: "functions/consents/complete-consent.ts",
      from: "  if (!isOfLink(deps, browserSecret, state.pendingId)) {",
      to: "  if (state.pendingId === null) {",
    },
  },
];
