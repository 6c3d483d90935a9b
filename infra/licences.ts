/** Licences under which code may be in a bundle or be a dependency of the functions: none asks for our source. */
export const allowedLicences: readonly string[] = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
];

/** True for a licence that asks for the source of what is made with the package, unless it offers another one. */
export function isCopyleft(licence: string): boolean {
  return /GPL|MPL|EPL|CDDL|SSPL|EUPL/.test(licence) && !licence.includes(" OR ");
}
