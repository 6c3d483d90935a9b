const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** True for https without credentials or fragment; for http on loopback hosts only. */
export function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.username || url.password || url.hash) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname));
}
