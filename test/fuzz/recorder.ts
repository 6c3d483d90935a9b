import { formsOf } from "../support/stack-canaries.ts";

/** Hard to encode, and recognisable. Whoever finds one in an answer or in the log has found a leak. */
export const canaries = {
  clientSecret: 'Canary-Secret-/+:%"\\é~Qm9va2Vy',
  platformKey: "Canary-Platform-/+:%~V2VuZHk",
  apiKey: "Canary-Key-/+:%~TWF4aW1l",
  subjectToken: "Canary-Subject-/+:%~SHVnbw",
  password: 'Canary-Password-/+:%"\\é~SXNvbGRl',
  /** An Ed25519 key (PKCS #8), which has to be a key. */
  privateKey: "MC4CAQAwBQYDK2VwBCIEIENhbmFyeS1Qcml2YXRlS2V5LS8rOiV+UlhKdWMzUnA/",
  accessToken: "Canary-Access-/+~QW5uYWJlbA",
  refreshToken: "Canary-Refresh-/+~Um9iZXJ0",
  code: "Canary-Code-/+~Q2FybG90dGE",
  /** What a hostile provider says where nobody is to hear it. */
  providerText: 'Canary-Provider-<"%>~SGVpbnJpY2g',
  /** A token that a caller puts into the wrong place. */
  callerText: "Canary-Caller-/+:%~TWFyZ2FyZXQ",
  sealingKey: Buffer.alloc(32, 7).toString("base64"),
} as const;

/** What one input led to. */
export class Recorder {
  readonly answers: unknown[] = [];
  readonly log: string[] = [];
  /** Secrets of this input that an answer may hold (a link, a cookie), but no line of the log. */
  readonly unlogged: string[] = [];

  /** The answer as its receiver gets it. */
  async record(answer: Promise<unknown> | unknown): Promise<unknown> {
    const text = JSON.stringify(await answer) ?? "null";
    const received: unknown = JSON.parse(text);
    this.answers.push(received);
    return received;
  }

  /** The names of the canaries that have leaked. */
  leaks(): string[] {
    const log = this.log.join("\n");
    const said = `${log}\n${JSON.stringify(this.answers.map(withoutCredential))}`.toLowerCase();
    return [
      ...soughtForms.filter(({ form }) => said.includes(form)).map(({ name }) => name),
      ...this.unlogged.filter((secret) => log.includes(secret)).map(() => "a link or a cookie"),
    ];
  }
}

/** How every private key of P-256 begins as Base64 (PKCS #8), and ends as JSON: a token's is made anew in each world. */
const privateKeys = ["MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg", '"crv":"P-256","d":"'];

const soughtForms = [
  ...Object.entries(canaries),
  ...privateKeys.map((part) => ["a token's key", part] as const),
].flatMap(([name, secret]) =>
  [...new Set(formsOf(secret))].map((form) => ({ name, form: form.toLowerCase() })),
);

/** A vended credential is in `token` and in the header, and nowhere else. */
function withoutCredential(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  if ("statusCode" in answer && "body" in answer) {
    return { ...answer, body: withoutCredential(jsonOrText(answer.body)) };
  }
  if (!("token" in answer && "header" in answer)) return answer;
  return { ...answer, token: null, header: null };
}

export function jsonOrText(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return body;
  }
}
