import type { ConsentResult, GrantCredential } from "../../functions/model/consent.ts";
import { Sensitive } from "../../functions/model/sensitive.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How a provider treats refresh tokens. */
export interface GrantRules {
  /** `single-use`: each refresh replaces it; the old one is good for `graceMs` more, and then ends the whole family. */
  readonly refreshTokens: "reusable" | "single-use";
  readonly graceMs: number;
  readonly livesMs: number;
  /** Each new refresh token lives anew, instead of as long as the consent. */
  readonly isProlonged: boolean;
  /** Of whose consents it says when their refresh tokens end. */
  readonly statesEnds: "everyone's" | "the first person's" | "nobody's";
}

interface Family {
  readonly endsAt: number;
  readonly isEndStated: boolean;
  isRevoked: boolean;
}

interface RefreshToken {
  readonly id: string;
  readonly family: Family;
  readonly endsAt: number;
  replacedAt: number | null;
}

export interface GrantState {
  readonly codes: Set<string>;
  readonly tokens: Map<string, RefreshToken>;
  readonly givenWith: Map<string, string>;
  readonly people: number;
}

function noGrants(): GrantState {
  return { codes: new Set(), tokens: new Map(), givenWith: new Map(), people: 0 };
}

/** A provider's consents: the codes it gave to people, and the refresh tokens it gave for them. */
export class SimulatedGrants {
  readonly #time: Pick<VirtualTime, "now">;
  readonly #rules: GrantRules;
  readonly #codes: Set<string>;
  readonly #tokens: Map<string, RefreshToken>;
  /** The refresh token that came with an access token. */
  readonly #givenWith: Map<string, string>;
  #people: number;
  /** Ends every id that is given here. */
  readonly #suffix: string;

  constructor(
    time: Pick<VirtualTime, "now">,
    rules: GrantRules,
    state: GrantState = noGrants(),
    suffix = "",
  ) {
    this.#time = time;
    this.#rules = rules;
    this.#suffix = suffix;
    this.#codes = state.codes;
    this.#tokens = state.tokens;
    this.#givenWith = state.givenWith;
    this.#people = state.people;
  }

  /** All that there is to know; not a copy. */
  get state(): GrantState {
    const [codes, tokens, givenWith] = [this.#codes, this.#tokens, this.#givenWith];
    return { codes, tokens, givenWith, people: this.#people };
  }

  /** A person consents in a browser, and comes back with this. */
  consent(): string {
    this.#people += 1;
    const code = `c${this.#people}${this.#suffix}`;
    this.#codes.add(code);
    return code;
  }

  /** What a request gets beside its access token; null when the provider refuses it. */
  redeem(authority: GrantCredential): Omit<ConsentResult, "subject" | "customer"> | null {
    const { now } = this.#time;
    if (authority.kind === "code") {
      if (!this.#codes.delete(authority.code.expose())) return null;
      const endsAt = now + this.#rules.livesMs;
      const isEndStated = this.#isEndStated(this.#tokens.size === 0);
      return this.#consentedTo(this.#give({ endsAt, isEndStated, isRevoked: false }));
    }
    const used = this.#tokens.get(authority.refreshToken.expose());
    if (!used || !this.#isAlive(used)) {
      if (used) used.family.isRevoked = true;
      return null;
    }
    if (this.#rules.refreshTokens === "reusable") return this.#consentedTo(null);
    used.replacedAt ??= now;
    return this.#consentedTo(this.#give(used.family));
  }

  /** Remembers what the answer with this access token brought. */
  gave(accessToken: string, { refreshToken }: Pick<ConsentResult, "refreshToken">): void {
    if (refreshToken) this.#givenWith.set(accessToken, refreshToken.expose());
  }

  givenWith(accessToken: string): string | undefined {
    return this.#givenWith.get(accessToken);
  }

  /** When this refresh token ends, where the provider says so. */
  statedEndOf(id: string): number | null {
    const token = this.#tokens.get(id);
    return token?.family.isEndStated ? token.endsAt : null;
  }

  /** Whether the provider would still take this refresh token, and has not replaced it. */
  isCurrent(id: string): boolean {
    const token = this.#tokens.get(id);
    return token !== undefined && token.replacedAt === null && this.#isAlive(token);
  }

  wasReplaced(id: string): boolean {
    return typeof this.#tokens.get(id)?.replacedAt === "number";
  }

  /** Ends the consent of a refresh token, whoever asks. */
  revoke(id: string): void {
    const token = this.#tokens.get(id);
    if (token) token.family.isRevoked = true;
  }

  #isEndStated(isFirst: boolean): boolean {
    const { statesEnds } = this.#rules;
    return statesEnds === "everyone's" || (statesEnds === "the first person's" && isFirst);
  }

  #isAlive({ family, endsAt, replacedAt }: RefreshToken): boolean {
    const { now } = this.#time;
    const inGrace = replacedAt === null || now < replacedAt + this.#rules.graceMs;
    return !family.isRevoked && now < endsAt && inGrace;
  }

  #give(family: Family): RefreshToken {
    const { isProlonged, livesMs } = this.#rules;
    const endsAt = isProlonged ? this.#time.now + livesMs : family.endsAt;
    const token = {
      id: `r${this.#tokens.size + 1}${this.#suffix}`,
      family,
      endsAt,
      replacedAt: null,
    };
    this.#tokens.set(token.id, token);
    return token;
  }

  #consentedTo(given: RefreshToken | null): Omit<ConsentResult, "subject" | "customer"> {
    return {
      refreshToken: given && new Sensitive(given.id),
      refreshEndsAt: given?.family.isEndStated ? new Date(given.endsAt) : null,
      grantedScope: null,
    };
  }
}
