import type { Arrow, Asset, Stride } from "./picture.ts";

/** Something that an actor could do at an arrow of the picture. */
interface PossibleThreat {
  /** A short name, unique in the table: `npm run threats` takes it. */
  readonly name: string;
  readonly arrow: Arrow;
  readonly asset: Asset;
  readonly kind: Stride;
  /** What the actor does; a sentence whose subject is the actor. */
  readonly threat: string;
}

/** A threat against which the code does something. `npm run threats` removes it and expects the test to fail. */
export interface MitigatedThreat extends PossibleThreat {
  readonly mitigation: string;
  /** The file, and the titles from the outermost `describe` to the test, as they are written there. */
  readonly test: readonly [file: string, ...titles: string[]];
  readonly removal: Removal;
}

/** A threat that remains, and why it may. */
export interface AcceptedThreat extends PossibleThreat {
  readonly accepted: string;
}

/** A change after which the code does not do what it did against a threat. `from` occurs once in the file. */
export interface Removal {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export type Threat = MitigatedThreat | AcceptedThreat;

export function isMitigated(threat: Threat): threat is MitigatedThreat {
  return "mitigation" in threat;
}
