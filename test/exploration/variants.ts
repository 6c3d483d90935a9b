import { brokenVariants } from "../simulation/broken-variants.ts";
import type { Breakage } from "../support/breakage.ts";
import { subtleVariants } from "./subtle-variants.ts";

export const variants: Readonly<Record<string, Breakage>> = {
  ...brokenVariants,
  ...subtleVariants,
};

export const variantFindings: readonly {
  variant: string;
  scenario: string;
  faults: number;
  withinRuns: number;
}[] = [];
