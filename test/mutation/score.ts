/** Of a mutant, as Stryker reports it. */
export interface Mutant {
  readonly fileName: string;
  readonly status: string;
}

/** How many mutants of an area, or of the guards, the tests have noticed. */
export interface Score {
  readonly name: string;
  readonly leastScore: number;
  readonly killed: number;
  readonly timeout: number;
  /** Run through by a test that did not notice, or by none. */
  readonly survived: number;
}

export function scoreOf(name: string, mutants: readonly Mutant[], leastScore: number): Score {
  const count = (...statuses: readonly string[]) =>
    mutants.filter(({ status }) => statuses.includes(status)).length;
  return {
    name,
    leastScore,
    killed: count("Killed"),
    timeout: count("Timeout"),
    survived: count("Survived", "NoCoverage"),
  };
}

export function isTooLow(score: Score): boolean {
  return percentOf(score) < score.leastScore;
}

/** What the run measured, as a Markdown table. */
export function formatScores(scores: readonly Score[]): string {
  const rows = scores.map((score) => {
    const { name, killed, timeout, survived, leastScore } = score;
    const cells = [killed + timeout + survived, killed, timeout, survived];
    // Rounded down: 95.99 is not 96.
    const percent = (Math.floor(percentOf(score) * 10) / 10).toFixed(1);
    return `| ${[name, ...cells, `${percent} %`, `${leastScore} %`].join(" | ")} |`;
  });
  const head = "| area | mutants | killed | timed out | survived | score | required |";
  return [head, "| --- | --- | --- | --- | --- | --- | --- |", ...rows].join("\n");
}

function percentOf({ killed, timeout, survived }: Score): number {
  const all = killed + timeout + survived;
  return all === 0 ? 100 : ((killed + timeout) / all) * 100;
}
