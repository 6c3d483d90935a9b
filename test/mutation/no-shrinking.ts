import fc from "fast-check";

/** A mutant is killed by any counterexample: finding a smaller one costs time and tells nothing. */
fc.configureGlobal({ endOnFailure: true });
