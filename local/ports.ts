/** What listens, in the order of its ports. */
const servers = [
  ...(["http", "consents", "lambda", "dynamoDb", "secretsManager", "kms", "logs"] as const),
  ...(["conferma", "sendPayments", "cfis", "centrapay", "oauthServer", "keyServer"] as const),
  ...(["centrapayUser", "connectPay", "connectPayServer", "authorizationServer"] as const),
  // Those of declared realms are the last ones: there can be any number.
  ...(["console", "firstRealm"] as const),
];

/** A server of the local stack. */
type LocalPort = (typeof servers)[number];

/** Where each server listens; one that is missing takes a free port. */
export type LocalPorts = Partial<Readonly<Record<LocalPort, number>>>;

/** The first of the ports that `npm start` takes: below the range from which systems choose free ones. */
export const usualFirstPort = 8700;

/** A port for each server, from this one on. Fails with a `RangeError` if they would not fit below 65536. */
export function portsFrom(first: number): LocalPorts {
  if (first + servers.length > 65_536)
    throw new RangeError(`${first} is too high for a first port.`);
  return Object.fromEntries(servers.map((name, place) => [name, first + place]));
}

/** The option `port`, omitted if a free port is to be chosen. */
export function portOption(port: number | undefined): { port?: number } {
  return port === undefined ? {} : { port };
}
