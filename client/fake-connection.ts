import type { VendAnswer } from "../functions/http/contract.ts";
import type { ConsentLink, ConsentProgressAnswer } from "../functions/http/link-contract.ts";
import type { ScriptedProblem } from "./fake-problems.ts";
import { wholeProblem } from "./fake-problems.ts";
import type { TransportRequest } from "./transport.ts";

/** How the tokens of a fake are made. Whatever may change during a test is a function. */
export interface FakeTokens {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For how long a new token is usable; null for a key that does not expire. */
  readonly lifetimeSeconds: () => number | null;
  readonly tokenOf: (connection: string, version: number) => string;
  readonly headersOf: (token: string) => Readonly<Record<string, string>>;
  readonly linkSeconds: number;
  readonly withLinks: boolean;
}

interface IssuedToken {
  readonly version: number;
  readonly issuedAt: number;
  /** Without end for a key. */
  readonly usableUntil: number;
}

/** How long before the provider's own expiry a token is no longer vended. */
const marginMs = 1000;

/** One connection of a fake: what token vending stores of it, without leases, because nothing here is concurrent. */
export class FakeConnection {
  private readonly name: string;
  private readonly tokens: FakeTokens;
  private current: IssuedToken | null = null;
  private version = 0;
  private isRevoked = false;
  private needsConsent = false;
  private readonly links = new Map<string, ConsentLink & { outcome: "granted" | "ended" | null }>();
  private readonly script: { readonly problem: ScriptedProblem; times: number }[] = [];

  constructor(name: string, tokens: FakeTokens) {
    this.name = name;
    this.tokens = tokens;
  }

  /** What an invocation returns. */
  async answer(request: TransportRequest): Promise<unknown> {
    if (request.consentId !== undefined) return this.progress(request.consentId);
    // Also where the answer is a problem: what was rejected is not vended again.
    if (this.current && request.rejectedVersion === this.current.version) this.current = null;
    const problem = this.scripted() ?? this.renew(request);
    if (problem) return { problem: wholeProblem(this.name, problem, this.linkFor(problem)) };
    return this.vended();
  }

  fail(problem: ScriptedProblem, times: number): void {
    this.script.push({ problem, times });
  }

  revoke(): void {
    this.isRevoked = true;
  }

  endConsent(): void {
    this.needsConsent = true;
    this.current = null;
  }

  /** The person grants: every link that waits for them is answered so. */
  grantConsent(): void {
    this.settleLinks("granted");
    this.needsConsent = false;
    this.current = null;
  }

  declineConsent(): void {
    this.settleLinks("ended");
  }

  accepts(token: string): boolean {
    const { current, isRevoked } = this;
    if (!current || isRevoked || this.tokens.now() >= current.usableUntil + marginMs) return false;
    return token === this.tokens.tokenOf(this.name, current.version);
  }

  private scripted(): ScriptedProblem | null {
    const [next] = this.script;
    if (!next) return null;
    next.times -= 1;
    if (next.times <= 0) this.script.shift();
    return next.problem;
  }

  /** Sees to a current token that meets the request, or says why there is none. */
  private renew({
    rejectedVersion = 0,
    minValiditySeconds = 0,
  }: TransportRequest): ScriptedProblem | null {
    if (rejectedVersion > this.version) {
      const detail = `rejectedVersion: ${rejectedVersion} does not exist yet; the current version is ${this.version}.`;
      return { code: "invalid-request", detail };
    }
    if (this.needsConsent) return { code: "consent-required", detail: "Nobody has consented yet." };
    if (this.lastsFor(minValiditySeconds)) return null;
    const lifetimeSeconds = this.tokens.lifetimeSeconds() ?? Infinity;
    if (minValiditySeconds > lifetimeSeconds)
      return { code: "validity-unavailable", detail: `A new token lasts ${lifetimeSeconds} s.` };
    this.issue(lifetimeSeconds);
    return null;
  }

  private lastsFor(seconds: number): boolean {
    const { current } = this;
    const now = this.tokens.now();
    return (
      current !== null && now < current.usableUntil && now + seconds * 1000 <= current.usableUntil
    );
  }

  private issue(lifetimeSeconds: number): void {
    this.version += 1;
    this.isRevoked = false;
    const issuedAt = this.tokens.now();
    const usableUntil = issuedAt + lifetimeSeconds * 1000;
    this.current = { version: this.version, issuedAt, usableUntil };
  }

  private async vended(): Promise<VendAnswer> {
    const { current, name: connection } = this;
    if (!current) throw new TypeError("There is no token.");
    const token = this.tokens.tokenOf(connection, current.version);
    const [[name, value] = ["", ""], ...others] = Object.entries(this.tokens.headersOf(token));
    const isKey = current.usableUntil === Infinity;
    const end = (afterMs: number) =>
      isKey ? null : new Date(current.usableUntil + afterMs).toISOString();
    return {
      connection,
      version: current.version,
      header: { name, value },
      ...(others.length > 0 ? { extraHeaders: Object.fromEntries(others) } : {}),
      token,
      fingerprint: await fingerprintOf(token),
      issuedAt: new Date(current.issuedAt).toISOString(),
      usableUntil: end(0),
      expiresAt: end(marginMs),
    };
  }

  /** The same link for all callers, until it ends. */
  private linkFor({ code }: ScriptedProblem): ConsentLink | undefined {
    if (code !== "consent-required" || !this.tokens.withLinks) return undefined;
    const { linkSeconds, now } = this.tokens;
    const open = [...this.links.values()].find((link) => this.stateOf(link) === "pending");
    if (open) return linkOf(open);
    const id = `link-${this.links.size + 1}-of-${this.name.replaceAll("/", "-")}`;
    const expiresAt = new Date(now() + linkSeconds * 1000).toISOString();
    const made = { id, url: `https://consents.example/${id}`, expiresAt, outcome: null };
    this.links.set(id, made);
    return linkOf(made);
  }

  private settleLinks(outcome: "granted" | "ended"): void {
    for (const link of this.links.values()) {
      if (this.stateOf(link) === "pending") link.outcome = outcome;
    }
  }

  private progress(id: string): ConsentProgressAnswer {
    const link = this.links.get(id);
    return { connection: this.name, id, state: link ? this.stateOf(link) : "ended" };
  }

  private stateOf(link: {
    readonly outcome: "granted" | "ended" | null;
    readonly expiresAt: string;
  }) {
    return link.outcome ?? (this.tokens.now() < Date.parse(link.expiresAt) ? "pending" : "ended");
  }
}

function linkOf({ id, url, expiresAt }: ConsentLink): ConsentLink {
  return { id, url, expiresAt };
}

/** First twelve hexadecimal digits of the token's SHA-256. */
async function fingerprintOf(token: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return [...new Uint8Array(hash).subarray(0, 6)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
