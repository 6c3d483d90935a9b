import type { Browser, BrowserCookie } from "../../model/consent-outcome.ts";
import { Sensitive } from "../../model/sensitive.ts";

const secretShape = /^[\w-]{43}$/;

/** `__Host-`: no other host, however near, can have set it (RFC 6265bis §4.1.3.2). One a link, so that links do not disturb each other. */
const nameFor = (pendingId: string) => `__Host-consent-${pendingId.slice(0, 16)}`;

/** The secrets in a browser's cookies. Duplicate cookies are ignored: they cannot be told apart. */
export function browserFrom(cookies: string): Browser {
  const pairs = cookies.split(";").map((pair) => pair.trim().split("="));
  return {
    secretFor: (pendingId) => {
      const name = nameFor(pendingId);
      const own = pairs.filter(([key]) => key === name);
      const [value = "", ...others] = new Set(own.map(([, text = ""]) => text));
      return others.length === 0 && secretShape.test(value) ? new Sensitive(value) : null;
    },
  };
}

/** The `Set-Cookie` that gives a browser its secret. */
export function setCookie({ pendingId, secret, maxAgeMs }: BrowserCookie): string {
  const seconds = Math.ceil(maxAgeMs / 1000);
  // Lax: the provider's redirect back is another site's, and has to bring it.
  return `${nameFor(pendingId)}=${secret.expose()}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;
}
