/** A folder of functions/ whose decisions are mutated, and the tests that must notice. */
export interface Area {
  readonly folder: string;
  /** Globs under test/, without `.test.ts`. */
  readonly tests: readonly string[];
  /** The least share of mutants, in per cent, that the tests must notice. */
  readonly leastScore: number;
}

export const areas: readonly Area[] = [
  {
    folder: "consents",
    tests: [
      "consents/**/*",
      "http/{begin,complete}-consent-endpoint",
      "http/pages/**/*",
      "vending/{consents,consent-edges,disconnect}",
    ],
    leastScore: 92,
  },
  {
    folder: "providers",
    // The catalogue's test reads source text, which is another once it is mutated.
    tests: ["providers/!(catalogue)", "providers/*/**/*"],
    leastScore: 92,
  },
  { folder: "sealing", tests: ["sealing/**/*"], leastScore: 92 },
  { folder: "store", tests: ["store/!(dynamodb-local)", "vending/wrong-clocks"], leastScore: 92 },
  { folder: "vending", tests: ["vending/**/*"], leastScore: 96 },
];

/** What guards a person's bank account: here no mutant may survive, not even of a constant. */
export const guards: readonly string[] = [
  "functions/consents/authorization-request.ts",
  "functions/consents/begin-consent.ts",
  "functions/consents/complete-consent.ts",
  "functions/consents/follow-link.ts",
  "functions/consents/link-proof.ts",
  "functions/consents/link-state.ts",
  "functions/providers/exchange/error-response.ts",
  "functions/providers/oauth/authorization-response.ts",
  "functions/providers/oauth/id-token.ts",
  "functions/sealing/sealed-layouts.ts",
  "functions/sealing/data-keys.ts",
  "functions/sealing/kms-sealer.ts",
];
