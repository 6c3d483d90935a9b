import type { AuthorizationCodeOptions } from "../simulators/oauth/authorization-code.ts";
import type { SettingsOfProvider } from "./declared-realm.ts";

type Settings = Pick<
  SettingsOfProvider<"client-credentials" | "authorization-code">,
  "attributes" | "attributeHeaders"
>;

/** What a server says besides its tokens, by where it says so. */
type MadeUpAttributes = Pick<AuthorizationCodeOptions, "callbackParameters" | "idTokenClaims"> & {
  readonly members: Readonly<Record<string, string>>;
};

const madeUp = (attribute: string) => `simulated-${attribute}`;

/** What the headers carry that attributes are sent in. */
export function madeUpHeaders({ attributeHeaders = {} }: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributeHeaders).map(([name, attribute]) => [name, madeUp(attribute)]),
  );
}

/** A made-up value of each attribute, where the settings look for it. */
export function madeUpAttributes({ attributes = {} }: Settings): MadeUpAttributes {
  const found = Object.entries(attributes).map(([name, source]) => {
    const [part = "", ...path] = source.split(".");
    return { part, path: path.join(".") || name, value: madeUp(name) };
  });
  const valuesIn = (wanted: string) =>
    Object.fromEntries(
      found.flatMap(({ part, path, value }) => (part === wanted ? [[path, value]] : [])),
    );
  return {
    members: valuesIn("answer"),
    callbackParameters: valuesIn("callback"),
    idTokenClaims: valuesIn("id-token"),
  };
}
