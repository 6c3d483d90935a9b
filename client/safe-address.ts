/** Parses an address that a credential may be sent to: https, or a loopback host. */
export function safeAddress(address: string | URL): URL {
  const url = new URL(address);
  const isLoopback = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || isLoopback) return url;
  throw new TypeError(`${url.origin} is not https.`);
}
