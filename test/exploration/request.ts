/** What a process hears in the end. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Something shared that a step read or changed. Two steps that touch the same, one of them to change it, do not commute. */
export interface Touch {
  readonly of: string;
  readonly isWrite: boolean;
}

/** What came of a request that took effect. */
export interface Effect<T> {
  readonly outcome: Outcome<T>;
  readonly touches: readonly Touch[];
  /** Tells one answer from another. */
  mark(): string;
  /** For people. */
  tell(): string;
  /** Runs as the answer reaches its process. */
  onHeard?(): void;
}

/** A request to something outside of its process: all that the processes of a run have to do with each other. */
export interface Request<T> {
  readonly to: "table" | "secret" | "kms" | "provider" | "outside";
  /** For people. */
  readonly what: string;
  /** All of it, to tell one request from another where its sender is gone. */
  content(): string;
  perform(): Effect<T>;
  /** Whether it would change something, were it performed now. */
  hasEffect(): boolean;
  /** Whether its sender does not know the answer yet. */
  bringsNews(): boolean;
  /** What the answers to these two depend on, and so what may go wrong with it. */
  readonly dependsOn: readonly Touch[];
  /** What its sender hears when it is refused at once, or when no answer comes. */
  failure(how: "refused" | "unanswered"): Outcome<T>;
}

/** How many requests a process has sent, by their kind. */
export type SentCounts = Readonly<Record<string, number>>;

export function isTableWrite({ to, what }: Pick<Request<unknown>, "to" | "what">): boolean {
  return to === "table" && what.startsWith("writes ");
}

/** A request that was sent. */
export interface Pending {
  readonly id: string;
  readonly request: Request<unknown>;
  readonly signal: AbortSignal;
  readonly settle: (outcome: Outcome<never>) => void;
  /** How many steps had been taken when it was sent. */
  readonly sentAtStep: number;
  /** Nothing comes of it before this instant. */
  readyAt: number;
  /** Set where it has taken effect and the answer is still on its way. */
  effect: Effect<unknown> | null;
  /** Nobody waits for the answer any more. */
  isAbandoned: boolean;
  /** It never arrives. */
  isLost: boolean;
}

/** Two lists of touches commute unless one of them changes what the other one touches. */
export function commute(a: readonly Touch[], b: readonly Touch[]): boolean {
  for (const one of a) for (const other of b) if (clash(one, other)) return false;
  return true;
}

/** A query looks at every item of the table. */
const everyItem = "table *";

function clash(a: Touch, b: Touch): boolean {
  if (!a.isWrite && !b.isWrite) return false;
  if (a.of === b.of) return true;
  if (a.of === everyItem) return b.of.startsWith("table ");
  return b.of === everyItem && a.of.startsWith("table ");
}
