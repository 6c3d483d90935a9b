/** Microsoft's six kinds of threats (STRIDE). */
export const strides = {
  S: "spoofing",
  T: "tampering",
  R: "repudiation",
  I: "information disclosure",
  D: "denial of service",
  E: "elevation of privilege",
} as const;

export type Stride = keyof typeof strides;

export const assets = {
  tokens: "tokens: what is vended, a static key included",
  "refresh tokens": "refresh tokens and authorization codes: they make tokens for weeks",
  secrets: "client secrets, static keys and private keys in Secrets Manager",
  records: "the records: versions, leases, instants, consents",
  consents: "a person's consent: that it was given by this person, for this account",
  availability: "that a caller gets a token in time, and that no valid one is revoked",
  evidence: "who was vended what, and why something was issued",
  "personal data": "who consented, and to what",
} as const;

export type Asset = keyof typeof assets;

export const actors = {
  "another team's Lambda": "code in the same AWS account, without a grant for the realm",
  "a malicious consumer with a grant": "code that may vend from one realm",
  "an operator":
    "a person with the status grant, the command line and the logs; perhaps also an administrator's rights",
  "a table reader": "somebody who can read the table's items, but may not use the KMS key",
  "a table writer": "somebody who can also write them",
  "a backup thief": "somebody with a copy of the table, an export or the logs, outside the account",
  "a compromised realm function": "foreign code in a function of one realm, with its role",
  "a hostile provider": "whoever answers at a provider's address, or sends a browser back from it",
  "a person with a forwarded link": "somebody who got a consent link that was meant for another",
  "the internet at the consent host": "anybody, without a link",
  "a visitor of the console":
    "a page that an operator has open, at whatever address; a program or another user of their machine, without the link",
  "a compromised dependency": "a package that the build installs",
} as const;

export type ThreatActor = keyof typeof actors;

interface ArrowEnds {
  readonly from: string;
  readonly to: string;
  /** Who or what stands at the border. */
  readonly border: string;
}

/** The arrows of docs/architecture.md that cross a trust boundary. */
export const arrows = {
  invocation: { from: "caller", to: "functions", border: "IAM: lambda:InvokeFunction" },
  API: { from: "caller", to: "functions", border: "IAM: a signed request, one path" },
  status: { from: "operator", to: "functions", border: "IAM: the status grant" },
  "operator's commands": { from: "operator", to: "functions", border: "IAM, the command line" },
  pages: { from: "person", to: "functions", border: "a one-time link, a cookie, limits" },
  callback: { from: "provider", to: "functions", border: "state, cookie, issuer" },
  table: {
    from: "functions",
    to: "DynamoDB",
    border: "the role's keys and attributes; what is sealed",
  },
  stream: { from: "DynamoDB", to: "functions", border: "the publisher's role: one stream" },
  events: {
    from: "functions",
    to: "EventBridge",
    border: "the publisher's role: one bus, which has no policy of its own",
  },
  KMS: { from: "functions", to: "KMS", border: "the encryption context, the key's policy" },
  "Secrets Manager": { from: "functions", to: "Secrets Manager", border: "the secret's name" },
  "token request": {
    from: "functions",
    to: "provider",
    border: "TLS, public addresses, limits, validation",
  },
  "provider's API": { from: "caller", to: "provider", border: "the client in client/" },
  log: { from: "functions", to: "log", border: "types that do not print" },
  console: {
    from: "browser",
    to: "console",
    border: "loopback; Host, Origin and Fetch Metadata; the key of this start",
  },
  deployment: {
    from: "repository",
    to: "functions",
    border: "lockfile, bundle, template, checks at the start",
  },
} as const satisfies Readonly<Record<string, ArrowEnds>>;

export type Arrow = keyof typeof arrows;
