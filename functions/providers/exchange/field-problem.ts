import { VendingError } from "../../model/errors.ts";

/** A problem with a member of a secret or a setting, in words that follow its name. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/** The failure that names a member of a secret, but no value. */
export function secretMalformed({ field, problem }: FieldProblem): VendingError {
  return new VendingError("secret-malformed", `${field}: ${problem}.`);
}
