/** A reference to a definition under `components`. */
export function reference(kind: "schemas" | "responses" | "parameters", name: string) {
  return { $ref: `#/components/${kind}/${name}` };
}
